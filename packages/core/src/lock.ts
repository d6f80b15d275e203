import { randomUUID } from "node:crypto";
import { link, mkdir, readdir, readFile, rename, unlink, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { AifactoryError, systemCode, toError } from "./errors.js";
import { isGone, pidOf, thisHolder } from "./holder.js";

/** Lets go of a lock. */
export type Release = () => Promise<void>;

/**
 * Takes a lock that processes on this machine share: a file that names its holder. A lock whose holder has died is
 * nobody's. Waits up to `patienceMs`.
 *
 * @throws `locked` when somebody else still holds it then.
 */
export async function takeLock(file: string, patienceMs: number): Promise<Release> {
  await mkdir(dirname(file), { recursive: true }).catch((cause: unknown) => {
    throw new AifactoryError("disk", `Can't make a folder for ${file}: ${toError(cause).message}`, { cause });
  });
  const holder = await thisHolder();
  const deadline = Date.now() + patienceMs;
  for (let wait = 5; ; wait = Math.min(wait * 2, 100)) {
    if (await claim(file, holder)) return async () => unlink(file).catch(() => {});
    await dropIfDead(file);
    if (Date.now() > deadline) {
      const other = await readFile(file, "utf8").catch(() => "");
      throw new AifactoryError("locked", `Another process (${pidOf(other) || "unknown"}) is at work on this: ${file}`);
    }
    await sleep(wait * (0.5 + Math.random()));
  }
}

/** Whether a living process holds a lock. What killed ones have left of it is removed. */
export async function isHeld(file: string): Promise<boolean> {
  await dropIfDead(file);
  const start = `${basename(file)}.`;
  const names = await readdir(dirname(file)).catch(() => []);
  for (const name of names.filter((each) => each.startsWith(start))) {
    const [holder = ""] = name.slice(start.length).split(".");
    if (await isGone(holder)) await unlink(join(dirname(file), name)).catch(() => {});
  }
  return (await readFile(file, "utf8").catch(() => "")) !== "";
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

async function dropIfDead(file: string): Promise<void> {
  const holder = await readFile(file, "utf8").catch(() => "");
  if (holder === "" || !(await isGone(holder))) return;
  // Somebody else may have done this and taken the lock since: what is moved away by mistake goes back.
  const aside = beside(file, await thisHolder());
  await rename(file, aside).catch(() => {});
  if ((await readFile(aside, "utf8").catch(() => holder)) !== holder) await link(aside, file).catch(() => {});
  await unlink(aside).catch(() => {});
}
