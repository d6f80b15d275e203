import { z } from "zod";
import { type Command, run, sandboxed } from "../process.js";
import { childEnvironment } from "../environment.js";
import { commandSays, toolSays } from "../prompts.js";
import type { Tool } from "../types.js";

const input = z.strictObject({
  command: z.string().min(1).describe("Shell command, run in the repository's root. It gets no input and no terminal."),
  timeout_seconds: z.int().min(1).max(3_600).optional().describe("Seconds until it is stopped. Default 120."),
});

const keepBytes = 30_000;

/** Runs a shell command; what it leaves running is ended with it. */
export const runCommand: Tool<typeof input> = {
  name: "run_command",
  description: toolSays.runCommand,
  effect: "execute",
  input,
  async run({ command, timeout_seconds: seconds }, { root, sandbox, env, signal, timeoutMs }) {
    const limit = seconds === undefined ? timeoutMs : seconds * 1_000;
    const program: Command = {
      command: "/bin/sh",
      args: ["-c", command],
      cwd: root,
      // What installs packages may need its settings; keys and tokens stay out.
      env: childEnvironment(env, ["PIP_*", "UV_*", "npm_config_registry", "VIRTUAL_ENV"]),
      timeoutMs: limit,
      signal,
      keepBytes,
    };
    const result = await run(sandbox ? sandboxed(program, sandbox) : program);
    return commandSays.result(result, limit);
  },
};
