import { parseArgs } from "node:util";
import { AifactoryError, toError } from "@aifactory/core";

/** How the demo is called. */
export const help = `The main job on the bundled demo: a FastAPI repository gets a game of tic-tac-toe, in a worktree, verified by pytest.

  pnpm demo                            a recorded model plays; everything else is real
  pnpm demo --model <string>           a real model: ollama:qwen3-coder:30b, claude-sonnet-4-6, codex-cli, …
  pnpm demo --repo <folder>            keep the repository there (default: a new temporary folder)
  pnpm demo --repo <folder> --resume <run>    go on with a run that was stopped or broke off
  pnpm demo --repo <folder> --approve <run>   merge a run that waits for review; with --unverified whatever its verdict
  pnpm demo --repo <folder> --reject <run>    turn it down
`;

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;
const actions = { resume: text, approve: text, reject: text };
const options = { model: text, repo: text, ...actions, unverified: flag, help: { ...flag, short: "h" } } as const;

/** What the demo is asked to do. */
export type Arguments = ReturnType<typeof readArguments>;

/**
 * Reads the command line.
 *
 * @throws `invalid-spec`.
 */
export function readArguments() {
  try {
    const { values } = parseArgs({ options });
    const [action, other] = Object.keys(actions).filter((name) => name in values);
    if (other !== undefined) throw new Error(`--${action} and --${other}: one of them at a time`);
    if (action !== undefined && values.model !== undefined) throw new Error("--model: a run keeps the one it has");
    if (values.unverified && action !== "approve") throw new Error("--unverified: goes with --approve");
    return values;
  } catch (error) {
    throw new AifactoryError("invalid-spec", `${toError(error).message}\n\n${help}`, { cause: error });
  }
}
