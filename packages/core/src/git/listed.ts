import { lstatSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as breathe } from "node:timers/promises";
import { type ByteName, fileOf } from "./byte-names.js";

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
  root: ByteName,
  names: Iterable<ByteName>,
  signal?: AbortSignal,
): Promise<ByteName[]> {
  const large: ByteName[] = [];
  let looked = 0;
  for (const name of names) {
    if (sizeOf(join(root, name)) > bytes) large.push(name);
    if (++looked % 1_000 > 0) continue;
    signal?.throwIfAborted();
    await breathe();
  }
  return large;
}

function sizeOf(path: ByteName): number {
  try {
    return lstatSync(fileOf(path), { throwIfNoEntry: false })?.size ?? 0;
  } catch {
    // A folder on the way is a file by now, or can't be read.
    return 0;
  }
}
