import { randomUUID } from "node:crypto";
import { link, mkdir, readdir, unlink, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { AifactoryError, systemCode, toError } from "./errors.js";
import { readSmall } from "./git/specials.js";
import { isGone, isInSight, pidOf, thisHolder } from "./holder.js";

/** How long the removal of a dead lock is waited for, which takes some milliseconds. */
const removalMs = 5_000;

/** Lets go of a lock. */
export type Release = () => Promise<void>;

/**
 * Takes a lock that processes share: a file that names its holder. A lock whose holder has died is
 * nobody's. Waits up to `patienceMs`.
 *
 * @throws `locked` when somebody else still holds it then.
 */
export async function takeLock(file: string, patienceMs: number): Promise<Release> {
  await mkdir(dirname(file), { recursive: true }).catch((cause: unknown) => {
    throw new AifactoryError("disk", `Can't make a folder for ${file}: ${toError(cause).message}`, { cause });
  });
  const holder = await thisHolder();
  // Not the time of day: somebody may set it back.
  const deadline = performance.now() + patienceMs;
  for (let wait = 5; ; wait = Math.min(wait * 2, 100)) {
    if (await claim(file, holder)) return async () => letGo(file, holder);
    await dropIfDead(file);
    const other = await holderOf(file);
    // One that nobody has any more is being removed at this moment.
    const isFree = other === "" || (await isGone(other));
    if (performance.now() > deadline + (isFree ? removalMs : 0))
      throw new AifactoryError("locked", await holderWords(file));
    await sleep(wait * (0.5 + Math.random()));
  }
}

/** Who was told to may have removed it by hand, and another one have it by now. */
async function letGo(file: string, holder: string): Promise<void> {
  if ((await holderOf(file)) === holder) await unlink(file).catch(() => {});
}

/** Whether a living process holds a lock. What killed ones have left of it is removed. */
export async function isHeld(file: string): Promise<boolean> {
  await dropIfDead(file);
  await dropIfDead(removalOf(file));
  const names = await readdir(dirname(file)).catch(() => []);
  for (const name of names.filter((each) => each.startsWith(basename(file)))) {
    const [, holder = ""] = /\.([^.]+)\.[^.]+$/.exec(name) ?? [];
    if (await isGone(holder)) await unlink(join(dirname(file), name)).catch(() => {});
  }
  const holder = await holderOf(file);
  return holder !== "" && !(await isGone(holder));
}

/** Who holds a lock, for people, with what is to be done where that can't be known. */
export async function holderWords(file: string): Promise<string> {
  const holder = await holderOf(file);
  if (holder === (await thisHolder()))
    return `This process is at work on this already; wait for what it called to settle: ${file}`;
  const process = `Another process (${pidOf(holder) || "unknown"})`;
  if (holder === "" || (await isInSight(holder)))
    return `${process} is at work on this. Wait until it is done, or stop it: ${file}`;
  const where = "in another container or on another machine, which can't be seen from here";
  return `${process} is at work on this, or was, ${where}. If it is over, remove its lock with: rm '${file}'`;
}

/** A name beside a lock that says whose it is: a file without a word in it, left by a kill, would not. */
function beside(file: string, holder: string): string {
  return `${file}.${holder}.${randomUUID()}`;
}

/** The file is made elsewhere and linked: whoever sees a lock also sees whose it is. */
async function claim(file: string, holder: string): Promise<boolean> {
  const draft = beside(file, holder);
  try {
    await writeFile(draft, holder);
    await link(draft, file);
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw new AifactoryError("disk", `Can't write the lock ${file}: ${toError(error).message}`, { cause: error });
  } finally {
    await unlink(draft).catch(() => {});
  }
}

/**
 * Removes a lock whose holder has died. Whoever removes holds a lock for that alone, so that nobody removes what another one
 * has taken since: who has died lets go of nothing, and stays dead. Never rejects.
 */
async function dropIfDead(file: string): Promise<void> {
  if (!(await hasDeadHolder(file))) return;
  const removal = removalOf(file);
  // Where nothing can be written, nothing can be taken either.
  const mayRemove = await claim(removal, await thisHolder()).catch(() => false);
  // Who was killed in the middle of it leaves that one to be removed first.
  if (!mayRemove) return dropIfDead(removal);
  if (await hasDeadHolder(file)) await unlink(file).catch(() => {});
  await unlink(removal).catch(() => {});
}

function removalOf(file: string): string {
  return `${file}.removal`;
}

async function hasDeadHolder(file: string): Promise<boolean> {
  const holder = await holderOf(file);
  return holder !== "" && isGone(holder);
}

async function holderOf(file: string): Promise<string> {
  return (await readSmall(file).catch(() => undefined)) ?? "";
}
