import { readFile, readlink } from "node:fs/promises";
import { systemCode } from "./errors.js";

/**
 * This process, in a way that no other one is ever called: its number in its process namespace, and when it began. Where
 * the system does not tell (it is no Linux), its number alone.
 */
export async function thisHolder(): Promise<string> {
  return [await namespace(), process.pid, (await startOf(process.pid)) ?? ""].join("-");
}

/** The number of a holder's process, for people. */
export function pidOf(holder: string): string {
  return holder.split("-")[1] ?? "";
}

/** Whether a process is gone for certain. What runs in another namespace can't be seen from here, and counts as there. */
export async function isGone(holder: string): Promise<boolean> {
  const [space, pid = "", start] = holder.split("-");
  if (space !== (await namespace()) || !/^\d+$/.test(pid)) return false;
  return !isThere(Number(pid)) || (start !== "" && (await startOf(Number(pid))) !== start);
}

function isThere(pid: number): boolean {
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

async function namespace(): Promise<string> {
  return (await readlink("/proc/self/ns/pid").catch(() => "")).replace(/\D/g, "");
}
