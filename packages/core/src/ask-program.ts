import { AifactoryError, toError } from "./errors.js";
import { type Command, run } from "./process.js";

/** A question to an agent program, such as `--version`. */
export interface ProgramQuestion extends Pick<Command, "env" | "timeoutMs" | "signal"> {
  readonly program: string;
  readonly flag: string;
  /** The line to type that installs it. */
  readonly installLine: string;
}

/**
 * What an agent program answers to a flag, for `check`.
 *
 * @throws `program-missing` with the line that installs it; `provider-broken` when it fails.
 */
export async function askProgram({ program, flag, installLine, ...limits }: ProgramQuestion): Promise<string> {
  try {
    const asked = await run({ command: program, args: [flag], ...limits });
    if (asked.exitCode === 0) return asked.stdout.trim();
    const words = asked.stderr.trim().slice(0, 500);
    throw new AifactoryError("provider-broken", `${program} ${flag} failed. ${words} ${installLine}`);
  } catch (thrown) {
    const error = toError(thrown);
    if (error.code !== "program-missing") throw error;
    throw new AifactoryError("program-missing", `${error.message} ${installLine}`, { cause: error });
  }
}
