import { existsSync } from "node:fs";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { childEnvironment, run } from "@aifactory/core/process";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { installer } from "../src/installer.js";
import { findPython } from "../src/python.js";
import { calculator, good } from "./calculator.js";
import { removeCases } from "./case.js";
import { judgeCase, told } from "./judge-case.js";

const python = await findPython("python3");
const onPath = (process.env["PATH"] ?? "").split(delimiter);
const withoutUv = onPath.filter((place) => !existsSync(join(place, "uv"))).join(delimiter);
const why = withoutUv.length < onPath.join(delimiter).length ? "" : ", skipped because there is no uv on PATH";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "aifactory-installer-"));
  await writeFile(join(folder, "uv"), "#!/bin/sh\necho uv 0.0.0\n");
  await chmod(join(folder, "uv"), 0o755);
  await writeFile(join(folder, "pip.conf"), "[install]\nindex-url = https://example.invalid/simple\n");
});
afterAll(async () => rm(folder, { recursive: true, force: true }));
afterAll(removeCases);
afterEach(() => vi.unstubAllEnvs());

describe("the installer", () => {
  it("is uv where it is and pip was told of no other place", async () => {
    withUv("/dev/null");
    expect((await installer(python)).name).toBe("uv");
  });

  it("is pip where only pip was told of a place, which uv would not know of", async () => {
    withUv(join(folder, "pip.conf"));
    expect((await installer(python)).name).toBe("pip");
    vi.stubEnv("UV_DEFAULT_INDEX", "https://example.invalid/simple");
    expect((await installer(python)).name).toBe("uv");
  });

  it("is pip where there is no uv", async () => {
    withUv("/dev/null");
    vi.stubEnv("PATH", withoutUv);
    expect((await installer(python)).name).toBe("pip");
  });

  it("tells the requirement from uv's words", async () => {
    withUv("/dev/null");
    const uv = await installer(python);
    const inOwnLines = (words: string): string =>
      uv.problem(`  × No solution found\n  ╰─▶ Because ${words}, we can conclude`);
    expect(inOwnLines("there is no version of six==9.9 and you require\n      six==9.9")).toContain("'six==9.9'");
    expect(inOwnLines("no-such was not found in\n      the package registry")).toContain("'no-such'");
    expect(inOwnLines("only six==1.17.0 is available and you\n      require six>=9")).toContain("'six>=9'");
    expect(uv.problem("error: Failed to fetch: `https://x.invalid/simple/six/`")).toContain("'six'");
    expect(inOwnLines("you require six>=9 and six==1")).toContain("you require six>=9 and six==1");
  });

  it.skipIf(why !== "")(`uv and pip lead to the same verdict and the same packages${why}`, async () => {
    const env = childEnvironment({}, ["PIP_*"]);
    const settings = await run({ command: python.path, args: ["-I", "-m", "pip", "config", "list"], env });
    const places = [...settings.stdout.matchAll(/index-url='(.*)'/g)].map(([, urls]) => urls).join(" ");
    if (places !== "") vi.stubEnv("UV_EXTRA_INDEX_URL", places);
    const byUv = await judgeGood("uv");
    vi.stubEnv("PATH", withoutUv);
    expect(await judgeGood("pip")).toEqual(byUv);
  });
});

/** A uv that is only a name stands first on PATH; pip has one file of settings and no other. */
function withUv(pipSettings: string): void {
  for (const name of Object.keys(process.env)) if (/^(PIP|UV)_/.test(name)) vi.stubEnv(name, undefined);
  vi.stubEnv("PIP_CONFIG_FILE", pipSettings);
  vi.stubEnv("PATH", [folder, ...onPath].join(delimiter));
}

async function judgeGood(tool: "uv" | "pip"): Promise<unknown> {
  const options = { cache: join(folder, `cache-${tool}`), python: python.path };
  const verdict = await judgeCase({ name: "", base: calculator, head: good, expect: "passed", options });
  expect(verdict.status === "passed" ? "" : told(verdict)).toBe("");
  expect(verdict.evidence).toMatchObject({ environment: { tool } });
  const { environment } = verdict.evidence as { environment: { packages: unknown } };
  return [verdict.counts, environment.packages];
}
