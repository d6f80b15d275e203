import { lstat } from "node:fs/promises";
import { AifactoryError } from "../errors.js";
import { type ByteName, fileOf, shownName, textOf, toByteName } from "../git/byte-names.js";
import { printable } from "../output.js";
import { run } from "../process.js";

/**
 * Removes a file or a folder and all that is in it, if it is there: names that are no UTF-8, paths that are longer than the
 * system takes in one piece, and folders that may not be written to.
 *
 * @throws `disk` when something of it is left.
 */
export async function removeTree(path: ByteName): Promise<void> {
  if ((await onPaths(["rm", "-rf", "--"], [path])).exitCode === 0) return;
  // Of a link it would change what it leads to.
  if ((await lstat(fileOf(path)).catch(() => undefined))?.isDirectory())
    await onPaths(["chmod", "-R", "u+rwX", "--"], [path]);
  const removed = await onPaths(["rm", "-rf", "--"], [path]);
  if (removed.exitCode !== 0) throw trouble(`Could not remove ${shownName(path)}`, removed.stderr);
}

/**
 * Copies a folder with all that is in it: links as links, pipes as pipes.
 *
 * @throws `disk`.
 */
export async function copyTree(from: ByteName, to: ByteName): Promise<void> {
  const copied = await onPaths(["cp", "-pPR", "--"], [from, to]);
  if (copied.exitCode !== 0) throw trouble(`Could not copy ${shownName(from)} to ${shownName(to)}`, copied.stderr);
}

/** The system's own programs go down folder by folder. `xargs` gives them names that are no text, which our arguments are. */
async function onPaths(command: readonly string[], paths: readonly ByteName[]) {
  const texts = paths.map(textOf);
  const [program = "", ...args] = command;
  if (texts.every((text, index) => toByteName(text) === paths[index]))
    return run({ command: program, args: [...args, ...texts], cwd: "/" });
  return run({ command: "xargs", args: ["-0", ...command], input: paths.join("\0"), encoding: "latin1", cwd: "/" });
}

function trouble(what: string, stderr: string): AifactoryError {
  return new AifactoryError("disk", `${what}: ${printable(stderr.trim().split("\n")[0] ?? "")}`);
}
