import type { z } from "zod";
import type { Effect } from "./message.js";
import type { Sandbox } from "./sandbox.js";

/** Where a git command works. */
export interface GitPlace {
  /** Folder to run in. */
  readonly cwd: string;
  /** Names the repository itself, so that nothing in `cwd` (a planted `.git`) can name another. */
  readonly gitDir?: string;
  /** Names the work tree; needs `gitDir`. */
  readonly workTree?: string;
  /** An index file other than the repository's. */
  readonly indexFile?: string;
}

/** A tool that a model may call. `run` answers in text; trouble the model should know of is text too (`ToolTrouble`). */
export interface Tool<Input extends z.ZodObject = z.ZodObject> {
  readonly name: string;
  readonly description: string;
  readonly input: Input;
  readonly effect: Effect;
  /** Whether a call of it says that the work is done. Absent: no. */
  readonly ends?: true;
  run(input: z.output<Input>, context: ToolContext): Promise<string>;
}

/** What a tool may use. */
export interface ToolContext {
  /** The worktree, absolute and without symlinks. */
  readonly root: string;
  /** Where git finds the worktree, whatever stands in its `.git` file. */
  readonly git: GitPlace;
  /** What commands are to be shut in with, by `sandboxed`; absent where the machine has nothing for that. */
  readonly sandbox?: Sandbox;
  /** Variables that the environment of commands must have besides; absent: none. */
  readonly env?: { readonly [name: string]: string };
  readonly signal: AbortSignal;
  /** Milliseconds a command may run when the model asks for no other time. */
  readonly timeoutMs: number;
}
