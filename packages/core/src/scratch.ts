import { lstat, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isGone, thisHolder } from "./holder.js";

let swept: Promise<void> | undefined;

/**
 * Makes a private temporary folder, which whoever asked for it removes. Those of processes that were killed before they
 * could are removed with the first one that is made.
 */
export async function makeScratch(): Promise<string> {
  await (swept ??= sweepScratch());
  return mkdtemp(join(tmpdir(), `aifactory-${await thisHolder()}-`));
}

/** Removes the folders of processes that are gone. Never rejects. */
export async function sweepScratch(): Promise<void> {
  const names = await readdir(tmpdir()).catch(() => []);
  await Promise.all(names.map(async (name) => sweep(name).catch(() => {})));
}

async function sweep(name: string): Promise<void> {
  const [, holder] = /^aifactory-(\d*-\d+-\d*(?:-[\da-f]*-[\da-f]*)?)-\w{6}$/.exec(name) ?? [];
  if (holder === undefined || !(await isGone(holder))) return;
  const path = join(tmpdir(), name);
  const { uid } = await lstat(path);
  if (uid === process.getuid?.()) await rm(path, { recursive: true, force: true, maxRetries: 3 });
}
