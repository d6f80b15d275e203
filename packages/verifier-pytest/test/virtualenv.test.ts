import { access, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findPython } from "../src/python.js";
import { openVirtualenv } from "../src/virtualenv.js";

let cache: string;
beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), "aifactory-environments-"));
});
afterAll(async () => rm(cache, { recursive: true, force: true }));

describe("environments", () => {
  it("two that are built at once are one in the end, also when the record of an older one is stale", async () => {
    const wanted = {
      python: await findPython("python3"),
      requirements: [],
      constraints: [],
      cache,
      systemPackages: false,
      builds: false,
      signal: AbortSignal.timeout(60_000),
    };
    const open = async (): Promise<string> => {
      const made = await openVirtualenv(wanted);
      if ("problem" in made) throw new Error(made.log);
      await access(made.python);
      return made.directory;
    };
    const [first, second] = await Promise.all([open(), open()]);
    expect(second).toBe(first);
    expect(await readdir(cache)).toHaveLength(2);
    await rm(first, { recursive: true });
    expect(await open()).not.toBe(first);
    expect(await readdir(cache)).toHaveLength(2);
  });
});
