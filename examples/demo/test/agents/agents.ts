import { calls, canaryKey, type Scene, sceneServer } from "@aifactory/core/testing";
import { cli as claudeCli } from "@aifactory/provider-claude";
import { cli as codexCli } from "@aifactory/provider-codex";
import copilot from "@aifactory/provider-copilot";
import { cli as geminiCli } from "@aifactory/provider-gemini";
import { claudeCodeProtocol } from "../../../../packages/provider-claude/test/agents/claude-code-protocol.js";
import { codexCliProtocol, models } from "../../../../packages/provider-codex/test/agents/codex-cli-protocol.js";
import { chatProtocol } from "../../../../packages/provider-copilot/test/agents/chat-protocol.js";
import { geminiCliProtocol } from "../../../../packages/provider-gemini/test/agents/gemini-cli-protocol.js";
import { type AgentProgram, agentPrograms } from "../../../../test/agent-programs.js";
import type { OpenServed } from "../models.js";

/** A real agent program, a strict server that thinks for it, and its own way to run a shell command. */
export interface Agent {
  readonly program: AgentProgram;
  readonly open: OpenServed;
  readonly shell: (command: string) => Scene["parts"][number];
}

const billed = { billing: "key", apiKey: canaryKey } as const;

/** Every provider of kind `agent`, by the name in front of the colon. */
export const agents: { readonly [name: string]: Agent } = {
  "claude-cli": {
    program: agentPrograms.claude,
    shell: (command) => calls("call_1", "Bash", { command, description: "Write" }),
    async open(scenes) {
      const server = await sceneServer(claudeCodeProtocol, scenes);
      const provider = claudeCli({ ...billed, program: agentPrograms.claude.path, baseURL: server.url });
      return { model: "claude-cli:claude-opus-5-5", provider, server };
    },
  },
  "codex-cli": {
    program: agentPrograms.codex,
    shell: (cmd) => calls("call_1", "exec_command", { cmd }),
    async open(scenes) {
      const server = await sceneServer(codexCliProtocol, scenes);
      const provider = codexCli({ ...billed, program: agentPrograms.codex.path, baseURL: `${server.url}/v1` });
      return { model: `codex-cli:${models.plain}`, provider, server };
    },
  },
  copilot: {
    program: agentPrograms.copilot,
    shell: (command) => calls("call_1", "bash", { command, description: "Write" }),
    async open(scenes) {
      const server = await sceneServer(chatProtocol, scenes);
      const endpoint = { baseUrl: `${server.url}/v1`, apiKey: canaryKey };
      return {
        model: "copilot:scripted-1",
        provider: copilot({ program: agentPrograms.copilot.path, endpoint }),
        server,
      };
    },
  },
  "gemini-cli": {
    program: agentPrograms.gemini,
    shell: (command) => calls("call_1", "run_shell_command", { command }),
    async open(scenes) {
      const server = await sceneServer(geminiCliProtocol, scenes);
      const provider = geminiCli({ ...billed, program: agentPrograms.gemini.path, baseURL: server.url });
      return { model: "gemini-cli:gemini-3.8-flash", provider, server };
    },
  },
};
