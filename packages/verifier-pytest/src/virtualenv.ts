import { createHash, randomBytes } from "node:crypto";
import { access, link, mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { run } from "@aifactory/core/process";
import { z } from "zod";
import { installer } from "./installer.js";
import type { Python } from "./python.js";

const record = z.object({
  directory: z.string(),
  python: z.string(),
  /** Changes with the interpreter and with every package and version in it. */
  fingerprint: z.string(),
  /** `name==version`, sorted. */
  packages: z.array(z.string()),
  tool: z.enum(["uv", "pip"]),
});

type Made = z.infer<typeof record>;

/** A virtual environment with everything that a project's tests need, and nothing of the project itself. */
export interface Virtualenv extends Readonly<Made> {
  /** Whether it was there already. */
  readonly cached: boolean;
}

/** What is to be installed. */
export interface Wanted {
  readonly python: Python;
  readonly requirements: readonly string[];
  readonly constraints: readonly string[];
  readonly cache?: string | undefined;
  /** Whether the interpreter's own packages may be used. */
  readonly systemPackages: boolean;
  /** Whether packages may be built from source, which runs their code with the user's rights. */
  readonly builds: boolean;
  readonly signal: AbortSignal;
}

/** Why there is no environment, in words that say what to type. */
export interface NotInstalled {
  readonly problem: string;
  readonly log: string;
}

/**
 * Finds the environment in the cache, or builds it there. It is ready when its record, written last and in one step,
 * names it; of two that build the same one at once, both use the one that was ready first.
 */
export async function openVirtualenv(wanted: Wanted): Promise<Virtualenv | NotInstalled> {
  const folder = cacheFolder(wanted);
  const path = join(folder, `${await keyOf(wanted)}.json`);
  const known = await readRecord(path);
  if (known) return { ...known, cached: true };

  const directory = join(folder, `python-${wanted.python.version}-${randomBytes(6).toString("hex")}`);
  await mkdir(folder, { recursive: true });
  let kept: Made | undefined;
  try {
    const made = await build(wanted, directory);
    if ("problem" in made) return made;
    kept = await publish(made, path);
    return { ...kept, cached: false };
  } finally {
    if (kept?.directory !== directory) await rm(directory, { recursive: true, force: true });
  }
}

/** Writes the record, and tells which environment it names: another one, when that was ready first. */
async function publish(made: Made, path: string): Promise<Made> {
  const fresh = `${made.directory}.new`;
  await writeFile(fresh, JSON.stringify(made));
  try {
    // A rename would take the place of another's record, whose environment may be in use.
    await link(fresh, path);
    return made;
  } catch {
    const first = await readRecord(path);
    if (first) return first;
    await rename(fresh, path);
    return made;
  } finally {
    await rm(fresh, { force: true });
  }
}

/** Folder for what is kept: the one that was named, else `aifactory/pytest` in the user's cache folder. */
export function cacheFolder({ cache }: { readonly cache?: string | undefined }): string {
  return cache ?? join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "aifactory", "pytest");
}

async function keyOf({ python, requirements, constraints, systemPackages, builds }: Wanted): Promise<string> {
  const { mtimeMs, size } = await stat(python.path);
  const parts = [1, python.path, python.version, mtimeMs, size, systemPackages, builds, requirements, constraints];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 32);
}

async function readRecord(path: string): Promise<Made | undefined> {
  try {
    const known = record.parse(JSON.parse(await readFile(path, "utf8")));
    await access(known.python);
    return known;
  } catch {
    // There is none yet, or somebody cleared the cache.
    return undefined;
  }
}

async function build(wanted: Wanted, directory: string): Promise<Made | NotInstalled> {
  const { signal } = wanted;
  const python = join(directory, "bin", "python");
  const tool = await installer(wanted.python);
  await mkdir(directory);
  await writeFile(join(directory, "requirements.txt"), wanted.requirements.join("\n"));
  await writeFile(join(directory, "constraints.txt"), wanted.constraints.join("\n"));
  for (const command of tool.commands(wanted, directory)) {
    const result = await run({ ...command, env: tool.environment(), signal, timeoutMs: 15 * 60_000 });
    signal.throwIfAborted();
    if (result.exitCode !== 0) {
      const log = `${result.stdout}\n${result.stderr}`.trim().slice(-8_000);
      return { problem: tool.problem(log), log };
    }
  }
  const listed = await run({ command: python, args: ["-I", "-c", listing], env: {}, signal, trusted: true });
  signal.throwIfAborted();
  const packages = record.shape.packages.parse(JSON.parse(listed.stdout));
  const fingerprint = createHash("sha256")
    .update(JSON.stringify([wanted.python.version, packages]))
    .digest("hex");
  return { directory, python, packages, fingerprint, tool: tool.name };
}

const listing = `import json, importlib.metadata as m
print(json.dumps(sorted({f"{d.metadata['Name']}=={d.version}" for d in m.distributions()})))`;
