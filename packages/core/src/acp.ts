import { homedir } from "node:os";
import { basename, join } from "node:path";
import { acpError, outsideProtocol } from "./acp/errors.js";
import { acpAnswer } from "./acp/events.js";
import { type AgentCommand, type CliAgent, cliAgent } from "./cli-agent.js";
import { conversationText } from "./conversation.js";
import { childEnvironment, secretsIn } from "./environment.js";
import { AifactoryError, type ErrorData } from "./errors.js";
import { fieldsOf, jsonRpc, listOf, type RpcError, type RpcValue } from "./json-rpc.js";
import type { Provider, TurnEvent, TurnRequest, Usage } from "./types.js";

/** An agent program that speaks the Agent Client Protocol on its standard streams. https://agentclientprotocol.com */
export interface AcpAgent extends Pick<CliAgent, "name" | "exit" | "check" | "describe"> {
  /** As in `cliAgent`; its input is a dialogue. */
  command(request: TurnRequest, scratch: string): AgentCommand;
  /** What `authenticate` is sent, such as `{ methodId }`. Default: it is not sent, the agent's own login is used. */
  readonly login?: () => RpcValue;
  /** The model to choose, where the agent offers a choice. Default: whatever the agent takes. */
  readonly model?: (request: TurnRequest) => string;
  /** The id of the session mode to choose, where the agent offers it. */
  readonly mode?: string;
  /** What an error means, where the agent says more than the protocol, whose reading is `usual`. */
  readonly failed?: (error: RpcError, request: TurnRequest, usual: ErrorData) => ErrorData;
  /** What the agent adds to the answer of `session/prompt`. */
  readonly ended?: (result: RpcValue) => AcpExtras;
}

/** What is no part of the protocol, and some agents tell. */
export interface AcpExtras {
  readonly usage?: Usage;
  readonly servedModel?: string;
}

/** The version of the protocol that we speak: its one stable version. */
const protocolVersion = 1;

/**
 * Makes a provider of an agent program that speaks the Agent Client Protocol: a session for every turn, and every
 * permission that it asks for is given, once if that is offered. It is offered no file system and no terminal of ours.
 */
export function acpAgent(agent: AcpAgent): Provider {
  return cliAgent({
    ...agent,
    command: (request, scratch) => ({
      ...agent.command(request, scratch),
      dialogue: true,
      secrets: secretsIn(agent.login?.()),
    }),
    read: (request, say) => readAcp(agent, request, say),
  });
}

/**
 * The provider behind model strings such as `acp:my-agent --acp`. There is no shell.
 *
 * @param line The command line: the part behind the colon.
 * @throws `invalid-spec` when it names no program, or opens a quote that it does not close.
 */
export function acpCommand(line: string): Provider {
  const [command, ...args] = wordsIn(line);
  if (command === undefined || command === "")
    throw new AifactoryError("invalid-spec", "model: acp: names no program. Write acp:<command>, as in a terminal.");
  const state = usualPlaces(basename(command));
  return acpAgent({
    name: "acp",
    command: (_, scratch) => ({ command, args, env: childEnvironment({ TMPDIR: scratch }), state }),
  });
}

/** Where programs keep their logins by custom: folders with their name, or with its first word. */
function usualPlaces(program: string): readonly string[] {
  const names = [...new Set([program, program.split("-")[0]!])];
  const places = [".", ".config/", ".local/share/", ".local/state/", ".cache/"];
  return names.flatMap((name) => places.map((place) => join(homedir(), `${place}${name}`)));
}

/** The words of a command line; quotes keep spaces, and mean nothing else. */
function wordsIn(line: string): readonly string[] {
  const word = /(?:"[^"]*"|'[^']*'|[^\s"'])+/g;
  if (line.replaceAll(word, "").trim() !== "")
    throw new AifactoryError("invalid-spec", `model: acp:${line} opens a quote that it does not close. Close it.`);
  return [...line.matchAll(word)].map(([found]) => found.replaceAll(/"([^"]*)"|'([^']*)'/g, "$1$2"));
}

/** Asks one question after the other, each when the last was answered; gives the reader of what the agent says. */
export function readAcp(agent: AcpAgent, request: TurnRequest, say: (line: string) => void): ReadLine {
  const answer = acpAnswer(request);
  /** What a question of the agent told us besides. */
  const asides: TurnEvent[] = [];
  const peer = jsonRpc(say, {
    notified: (method, params) =>
      method === "session/update"
        ? answer.update(fieldsOf(params["update"]))
        : [{ type: "raw", value: { method, params } }],
    asked(method, params) {
      if (method !== "session/request_permission") return undefined;
      const option = allowed(params["options"]);
      if (!option) return { outcome: { outcome: "cancelled" } };
      asides.push(...answer.permitted(fieldsOf(params["toolCall"])));
      return { outcome: { outcome: "selected", optionId: option["optionId"] } };
    },
    failed(error, method) {
      const usual = acpError(agent.name, error, method);
      const known = agent.failed?.(error, request, usual) ?? usual;
      return answer.fail({ ...known, ...(answer.hasActed() && { replaySafe: false }) });
    },
  });

  const open = (): readonly TurnEvent[] => {
    peer.ask("session/new", { cwd: request.cwd, mcpServers: [] }, (session) => {
      const { sessionId } = session;
      const choosing = choices(session, agent.model?.(request) ?? "", agent.mode);
      const prompt = { sessionId, prompt: [{ type: "text", text: conversationText(request) }] };
      const next = (): readonly TurnEvent[] => {
        const choice = choosing.shift();
        if (choice) peer.ask(choice.method, { sessionId, ...choice.params }, next);
        else peer.ask("session/prompt", prompt, (result) => answer.end(result, agent.ended?.(result)));
        return [];
      };
      return next();
    });
    return [];
  };

  const clientCapabilities = { fs: { readTextFile: false, writeTextFile: false }, terminal: false };
  peer.ask("initialize", { protocolVersion, clientCapabilities }, (hello) => {
    if (hello["protocolVersion"] !== protocolVersion)
      return answer.fail(outsideProtocol(agent.name, protocolVersion, hello["protocolVersion"]));
    if (!agent.login) return open();
    peer.ask("authenticate", agent.login(), open);
    return [];
  });
  return (line: string): readonly TurnEvent[] => {
    const events = peer.read(line);
    return [...asides.splice(0), ...events];
  };
}

type ReadLine = (line: string) => readonly TurnEvent[];

interface Choice {
  readonly method: string;
  readonly params: RpcValue;
}

/** What is to be said to get a model and a mode, of those that the new session offers. */
function choices(session: RpcValue, model: string, mode: string | undefined): Choice[] {
  const config = listOf(session["configOptions"]).find(({ category }) => category === "model");
  const models = listOf(fieldsOf(session["models"])["availableModels"]);
  const modes = listOf(fieldsOf(session["modes"])["availableModes"]);
  const byConfig = { method: "session/set_config_option", params: { configId: config?.["id"], value: model } };
  // Before there were options, a method of its own; agents still have that.
  const byMethod = { method: "session/set_model", params: { modelId: model } };
  return [
    ...(model === "" ? [] : config ? [byConfig] : models.length > 0 ? [byMethod] : []),
    ...(modes.some(({ id }) => id === mode) ? [{ method: "session/set_mode", params: { modeId: mode } }] : []),
  ];
}

/** Of the options of a permission, the smallest that allows it. */
function allowed(options: unknown): RpcValue | undefined {
  const offered = listOf(options);
  const kind = (wanted: string): RpcValue | undefined => offered.find((option) => option["kind"] === wanted);
  return kind("allow_once") ?? kind("allow_always");
}
