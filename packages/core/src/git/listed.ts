import { lstatSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as breathe } from "node:timers/promises";

/** The names in what git lists with `-z`, one after the other: there may be a million. */
export function* namesIn(listed: string): Generator<string> {
  for (let at = 0; at < listed.length;) {
    const end = listed.indexOf("\0", at);
    const to = end < 0 ? listed.length : end;
    if (to > at) yield listed.slice(at, to);
    at = to + 1;
  }
}

/**
 * Those of some files that are larger than so many bytes. A million are asked for one by one, some at a time: as promises
 * they would take five times as long.
 *
 * @param root Folder that the names are relative to.
 */
export async function largerThan(
  bytes: number,
  root: string,
  names: Iterable<string>,
  signal?: AbortSignal,
): Promise<string[]> {
  const large: string[] = [];
  let looked = 0;
  for (const name of names) {
    if (sizeOf(join(root, name)) > bytes) large.push(name);
    if (++looked % 1_000 > 0) continue;
    signal?.throwIfAborted();
    await breathe();
  }
  return large;
}

function sizeOf(path: string): number {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.size ?? 0;
  } catch {
    // A folder on the way is a file by now, or can't be read.
    return 0;
  }
}
