import { mkdir, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { AifactoryError } from "./errors.js";
import { machinePlaces, neededPlaces } from "./machine-places.js";
import { privatePlaces, programPlaces } from "./private-places.js";
import { probeSandbox } from "./sandbox.js";
import { makeScratch } from "./scratch.js";
import type { Task } from "./task.js";
import type { Sandbox } from "./types.js";

/** What a run's commands and agents are shut in with. */
export type Confinement =
  | { readonly kind: "bubblewrap"; readonly network: boolean }
  | { readonly kind: "none"; readonly reason: string };

/**
 * Decides how commands and agents are shut in.
 *
 * @throws `no-sandbox` when the task needs what the machine does not have.
 */
export async function chooseConfinement({ sandbox, network }: Task): Promise<Confinement> {
  const probe =
    sandbox === "none" ? { kind: "none" as const, reason: "the task switched it off" } : await probeSandbox();
  if (probe.kind === "bubblewrap") return { kind: "bubblewrap", network };
  if (sandbox === "required" || !network) {
    const field = sandbox === "required" ? "sandbox: 'required'" : "network: false";
    throw new AifactoryError("no-sandbox", `${field} needs a sandbox, and there is none: ${probe.reason}.`);
  }
  return probe;
}

/** A sandbox, and a way to give it back. */
export interface OpenSandbox {
  readonly sandbox: Sandbox;
  readonly close: () => Promise<void>;
}

/**
 * Opens the sandbox of a worktree: what runs in it writes there, into this worktree's own part of the git directory and
 * into a /tmp of its own, and does not see what is private in the user's home, nor the sockets of the machine.
 */
export async function openSandbox(
  { path, gitDir, commonDir }: { readonly path: string; readonly gitDir: string; readonly commonDir: string },
  network: boolean,
): Promise<OpenSandbox> {
  const scratch = await makeScratch();
  const [temporary, empty] = [join(scratch, "tmp"), join(scratch, "empty")];
  await mkdir(temporary, { mode: 0o700 });
  await writeFile(empty, "");
  const home = homedir();
  const hidden = [...(await privatePlaces(home)), ...(await machinePlaces())];
  const readable = [commonDir, ...programPlaces(home), ...(await neededPlaces(network))];
  return {
    sandbox: { view: "loose", hidden, readable, writable: [path, gitDir], temporary, empty, network },
    close: async () => rm(scratch, { recursive: true, force: true, maxRetries: 3 }),
  };
}
