import { mkdir, open, readFile, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { AifactoryError, systemCode, toError } from "./errors.js";

/** Lets go of a lock. */
export type Release = () => Promise<void>;

/**
 * Takes a lock that processes on this machine share: a file that names its holder. A lock whose holder has died is
 * nobody's. Waits up to `patienceMs`.
 *
 * @throws `locked` when somebody else still holds it then.
 */
export async function takeLock(file: string, patienceMs: number): Promise<Release> {
  await mkdir(dirname(file), { recursive: true });
  const holder = `${process.pid} ${(await startOf(process.pid)) ?? ""}`;
  const deadline = Date.now() + patienceMs;
  for (let wait = 5; ; wait = Math.min(wait * 2, 100)) {
    if (await claim(file, holder)) return async () => unlink(file).catch(() => {});
    await dropIfDead(file);
    if (Date.now() > deadline) {
      const other = await readFile(file, "utf8").catch(() => "");
      throw new AifactoryError(
        "locked",
        `Another process (${other.split(" ")[0] || "unknown"}) is at work on this: ${file}`,
      );
    }
    await sleep(wait * (0.5 + Math.random()));
  }
}

/** Whether a living process holds a lock. */
export async function isHeld(file: string): Promise<boolean> {
  await dropIfDead(file);
  return (await readFile(file, "utf8").catch(() => "")) !== "";
}

async function claim(file: string, holder: string): Promise<boolean> {
  try {
    const handle = await open(file, "wx");
    await handle.writeFile(holder);
    await handle.close();
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw new AifactoryError("disk", `Can't write the lock ${file}: ${toError(error).message}`, {
      cause: error,
    });
  }
}

async function dropIfDead(file: string): Promise<void> {
  const text = await readFile(file, "utf8").catch(() => "");
  const [pid, start] = text.split(" ");
  // Empty: its holder is just writing it, or died doing so; the next round sees which.
  if (!pid) return;
  if (!isAlive(Number(pid)) || (start && (await startOf(Number(pid))) !== start)) await unlink(file).catch(() => {});
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === "EPERM";
  }
}

/** When a process began, so that another one with the same number is not taken for it. Linux only. */
async function startOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
}
