import { chown, mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { childEnvironment, probeSandbox, run } from "@aifactory/core/process";
import { afterAll, describe, expect, it } from "vitest";

const nobody = 65_534;
const as = ["--reuid", `${nobody}`, "--regid", `${nobody}`, "--clear-groups", "--"];
const program = fileURLToPath(new URL("../judge-alone.ts", import.meta.url));
const tsx = createRequire(import.meta.url).resolve("tsx");
/** One of the system's: root's own interpreters lie where nobody else can read. */
const python = "/usr/bin/python3";

const home = await mkdtemp(join(tmpdir(), "aifactory-nobody-"));
const why = await obstacle();
const sandbox = await probeSandbox();
const kinds = ["none", ...(sandbox.kind === "none" ? [] : ["required"])];

afterAll(async () => rm(home, { recursive: true, force: true }));

describe.skipIf(why !== "")(`a user who is not root${why && `, skipped because ${why}`}`, () => {
  it.each(kinds)("comes to the same verdicts, with sandbox: %s", async (kind) => {
    const result = await asNobody([
      process.execPath,
      "--import",
      tsx,
      "--conditions=aifactory-source",
      program,
      python,
      kind,
    ]);
    const lines = result.stdout.split("\n").filter((line) => line.startsWith("{"));
    const verdicts = lines.map((line): unknown => JSON.parse(line));
    const isolation = { sandbox: kind === "none" ? "none" : sandbox.kind };
    expect(verdicts.length === 2 ? "" : `${result.stdout}${result.stderr}`).toBe("");
    expect(verdicts[0]).toMatchObject({ status: "passed", counts: { passed: 3 }, evidence: { isolation } });
    expect(verdicts[1]).toMatchObject({ status: "tampered", evidence: { isolation } });
  });
});

async function obstacle(): Promise<string> {
  if (process.getuid?.() !== 0) return "only root can become another user";
  await chown(home, nobody, nobody);
  const works = async (command: string[]): Promise<boolean> =>
    asNobody(command).then(
      ({ exitCode }) => exitCode === 0,
      () => false,
    );
  if (!(await works(["true"]))) return "there is no setpriv (Debian: apt install util-linux)";
  if (!(await works([process.execPath, "--version"]))) return "the user can't run this Node.js";
  if (!(await works(["cat", program]))) return "the user can't read this folder";
  return (await works([python, "-m", "pip", "--version"]))
    ? ""
    : `${python} has no pip (Debian: apt install python3-pip)`;
}

/** Runs a program with nothing of root's but the places that pip knows of. */
async function asNobody(command: readonly string[]): ReturnType<typeof run> {
  const asked = { command: "python3", args: ["-m", "pip", "config", "list"] };
  const settings = await run({ ...asked, env: childEnvironment({}, ["PIP_*"]) });
  const places = [...settings.stdout.matchAll(/index-url='(.*)'/g)].map(([, urls]) => urls).join(" ");
  const env = {
    PATH: "/usr/bin:/bin",
    HOME: home,
    TMPDIR: home,
    ...(places !== "" && { PIP_EXTRA_INDEX_URL: places }),
  };
  return run({ command: "setpriv", args: [...as, ...command], env, timeoutMs: 120_000 });
}
