import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import { childEnvironment, secretsIn } from "./environment.js";
import { AifactoryError, type ErrorData, errorData, toError } from "./errors.js";
import { type Command, type CommandResult, type RunningCommand, sandboxed, start } from "./process.js";
import { makeScratch } from "./scratch.js";
import { blank } from "./secrecy.js";
import type { AssistantMessage, Provider, TurnEvent, TurnRequest } from "./types.js";

/** An agent program that prints its events line by line. */
export interface CliAgent {
  readonly name: string;
  /**
   * The command of a turn. Pure. Its standard input is closed unless `input` is given; the prompt goes there where the
   * program allows, never into the arguments when it is long.
   *
   * @param scratch A private folder of this turn, for HOME, TMPDIR and settings; it is removed afterwards.
   */
  command(request: TurnRequest, scratch: string): AgentCommand;
  /**
   * Makes the reader of a turn's output: what one line means. It keeps what it must remember between lines.
   *
   * @param say Writes a line to the program, for commands with `dialogue`. They begin with what is said before the reader
   *   is returned, and their input is closed after its `finish`.
   */
  readonly read: (request: TurnRequest, say: (line: string) => void) => (line: string) => readonly TurnEvent[];
  /** What a non-zero exit means, where the program has codes of its own. */
  exit?(result: CommandResult): ErrorData | undefined;
  readonly check?: Provider["check"];
  readonly describe?: Provider["describe"];
}

/** A command, and what its program needs. */
export interface AgentCommand extends Command {
  /** Files to write into the scratch folder before it starts: path there to content. */
  readonly files?: { readonly [path: string]: string };
  /** Where the program keeps its own state, such as the user's login; in a sandbox, which hides that, it is let in. */
  readonly state?: readonly string[];
  /** What the program is told and must not come back from it, besides variables and files whose names say that they are secrets. */
  readonly secrets?: readonly string[];
}

const stopped = errorData("aborted", "The turn was stopped.");

/** Milliseconds that a program which has answered may take to exit. */
const patienceForExit = 5_000;

/** Makes a provider of an agent program, from two pure functions. */
export function cliAgent(agent: CliAgent): Provider {
  const { name, check, describe } = agent;
  return {
    apiVersion: 1,
    name,
    kind: "agent",
    confines: true,
    turn: (request) => turn(agent, request),
    ...(check && { check }),
    ...(describe && { describe }),
  };
}

/** A line of an agent's output as a JSON object; undefined when it is none: programs print other things too. */
export function jsonLine(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

async function* turn(agent: CliAgent, request: TurnRequest): AsyncGenerator<TurnEvent> {
  let text = "";
  const finish = (error: ErrorData, message?: AssistantMessage): TurnEvent => ({
    type: "finish",
    reason: { unified: error.code === "aborted" ? "aborted" : "error" },
    message: message ?? { role: "assistant", text, calls: [] },
    ...(error.code !== "aborted" && { error }),
  });
  if (request.signal.aborted) {
    yield finish(stopped);
    return;
  }
  const scratch = await makeScratch();
  let program: RunningCommand | undefined;
  try {
    const { files = {}, state = [], secrets = [], ...command } = agent.command(request, scratch);
    // It may print all that it has when it fails.
    const told = [...secrets, ...secretsIn([command.env, command.args, files])];
    const hide = (words: string): string => blank(words, told);
    const ended = async (result: Promise<CommandResult | undefined>): Promise<CommandResult | undefined> => {
      const known = await result;
      if (request.sandbox && known) requireStarted(command.command, known);
      return known && { ...known, stderr: hide(known.stderr) };
    };
    const env = { ...(command.env ?? childEnvironment()), ...request.env };
    for (const [path, content] of Object.entries(files)) await writeInto(join(scratch, path), content);
    const running = start(
      shutIn({ cwd: request.cwd, ...command, env, signal: request.signal }, request, [scratch, ...state]),
    );
    program = running;
    const read = agent.read(request, (line) => running.write(`${line}\n`));
    const lines = program.lines();
    for (let line = await lines.next(); !line.done; line = await lines.next()) {
      for (const event of read(hide(line.value))) {
        if (event.type === "finish") {
          const result = await ended(settle(program, lines));
          const error = event.error ?? failure(agent, result, request.signal);
          yield error ? finish(error, event.message) : event;
          return;
        }
        if (event.type === "text") text += event.text;
        yield event;
      }
    }
    const result = await ended(program.done);
    yield finish(failure(agent, result, request.signal) ?? unfinished(agent, result));
  } catch (error) {
    yield finish(request.signal.aborted ? stopped : toError(error, "provider-broken").toJSON());
  } finally {
    await program?.stop().catch(() => {});
    await rm(scratch, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** The command in the request's sandbox. An agent asks its vendor, so it always has the network. */
function shutIn(command: Command, { sandbox }: TurnRequest, places: readonly string[]): Command {
  if (!sandbox) return command;
  const { readable = [], writable } = sandbox;
  return sandboxed(command, {
    ...sandbox,
    readable: [...readable, ...(isAbsolute(command.command) ? [dirname(command.command)] : [])],
    writable: [...writable, ...places.filter((place) => existsSync(place))],
    network: true,
  });
}

/**
 * In a sandbox it is bubblewrap that starts the program, and says why it could not. Its other words are left to the agent's
 * own reading: a program may use bubblewrap itself.
 *
 * @throws `program-missing`.
 */
function requireStarted(command: string, { exitCode, stderr }: CommandResult): void {
  const words = stderr.trim();
  if (exitCode === 0 || words.includes("\n") || !words.startsWith(`bwrap: execvp ${command}: `)) return;
  const cure =
    "Is it installed, on PATH and in no hidden folder of your home? A path to the program itself lets its folder in.";
  throw new AifactoryError("program-missing", `Could not start ${command} in the sandbox (${words}). ${cure}`);
}

async function writeInto(path: string, content: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content, { mode: 0o600 });
}

/** Waits for the exit of a program that has said its last word; one that stays is ended, and that is no failure. */
async function settle(program: RunningCommand, lines: AsyncGenerator<string>): Promise<CommandResult | undefined> {
  program.end();
  // Its pipe is drained while we wait, or it could never exit.
  const drained = (async () => {
    while (!(await lines.next()).done);
  })().catch(() => {});
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), patienceForExit);
  });
  const result = await Promise.race([program.done, late]);
  clearTimeout(timer);
  if (!result) await program.stop();
  await drained;
  return result;
}

function failure(agent: CliAgent, result: CommandResult | undefined, signal: AbortSignal): ErrorData | undefined {
  if (signal.aborted) return stopped;
  if (!result || result.exitCode === 0) return undefined;
  const how = result.exitCode === null ? `was ended by ${result.signal}` : `exited with ${result.exitCode}`;
  const facts = result.exitCode === null ? {} : { status: result.exitCode };
  return (
    agent.exit?.(result) ??
    errorData("agent-exited", `${agent.name} ${how}. ${lastWords(result)}`, {
      ...facts,
      replaySafe: false,
    })
  );
}

function unfinished(agent: CliAgent, result: CommandResult | undefined): ErrorData {
  return errorData("cut-stream", `${agent.name} exited without saying that it was done. ${lastWords(result)}`, {
    replaySafe: false,
  });
}

function lastWords(result: CommandResult | undefined): string {
  const words = (result?.stderr ?? "").trim().slice(-1_000);
  return words === "" ? "It printed no error." : `It printed: ${words}`;
}
