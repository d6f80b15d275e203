import { createHash } from "node:crypto";
import { readFile, readlink } from "node:fs/promises";
import { hostname } from "node:os";
import { systemCode } from "./errors.js";

/**
 * This process, in a way that no other one is ever called: its number in its process namespace, when it began, which start
 * of the machine that was after, and the machine's name. What the system does not tell (it is no Linux) is empty.
 */
export async function thisHolder(): Promise<string> {
  const { start = "" } = await statOf(process.pid);
  return [await namespace(), process.pid, start, await machineStart(), hash(hostname())].join("-");
}

/** The number of a holder's process, for people. */
export function pidOf(holder: string): string {
  return holder.split("-")[1] ?? "";
}

/** Whether a process is gone for certain. One that can't be seen from here counts as there. */
export async function isGone(holder: string): Promise<boolean> {
  const [, pid = "", start = "", , host] = holder.split("-");
  // No process outlives its machine's restart.
  if (!(await isOfThisStart(holder))) return host === hash(hostname());
  if (!(await isInSight(holder))) return false;
  if (!isThere(Number(pid))) return true;
  const found = await statOf(Number(pid));
  // Killed, but whoever started it has not asked for its end yet.
  return found.state === "Z" || (start !== "" && found.start !== start);
}

/** Whether a process can be seen from here, if it is there: one in another container, or of another machine, can't. */
export async function isInSight(holder: string): Promise<boolean> {
  const [space, pid = "", , , host] = holder.split("-");
  // Where starts of machines have no name, only the machine's tells.
  const isThisMachine = (await machineStart()) !== "" || host === undefined || host === hash(hostname());
  return isThisMachine && (await isOfThisStart(holder)) && space === (await namespace()) && /^\d+$/.test(pid);
}

/** Whether a process is one since this machine's start, as far as the holder says when it was. */
async function isOfThisStart(holder: string): Promise<boolean> {
  const [, , , started] = holder.split("-");
  return started === undefined || started === (await machineStart());
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === "EPERM";
  }
}

/** A process's state, and when it began, so that another one with the same number is not taken for it. Linux only. */
async function statOf(pid: number): Promise<{ state?: string | undefined; start?: string | undefined }> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0], start: fields[19] };
}

async function namespace(): Promise<string> {
  return (await readlink("/proc/self/ns/pid").catch(() => "")).replace(/\D/g, "");
}

/** One value from a machine's start to the next, in all of its containers. */
async function machineStart(): Promise<string> {
  return (await readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => "")).slice(0, 8);
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}
