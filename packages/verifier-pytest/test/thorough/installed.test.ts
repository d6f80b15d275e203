import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { childEnvironment, run } from "@aifactory/core/process";
import { afterAll, beforeAll, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../../..", import.meta.url));
const minute = 60_000;

/** A program as somebody writes it who has the packages and nothing of this repository. */
const program = `
import { execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { approve, runTask } from "@aifactory/core";
import { scriptedProvider } from "@aifactory/core/testing";
import { verifyCommit } from "@aifactory/verifier-pytest";

const repo = mkdtempSync(process.argv[2] + "/repository-");
const git = (...args) => execFileSync("git", args, { cwd: repo, encoding: "utf8" }).trim();
git("init", "--quiet", "--initial-branch=main");
writeFileSync(repo + "/sums.py", "def add(a, b):\\n    return a + b\\n");
writeFileSync(repo + "/requirements.txt", "pytest\\n");
git("add", ".");
git("-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "--quiet", "-m", "Start");

const write = (path, content) => ({ name: "write_file", input: { path, content } });
const sums = "def add(a, b):\\n    return a + b\\n\\n\\ndef double(a):\\n    return 2 * a\\n";
const test = "from sums import double\\n\\n\\ndef test_double():\\n    assert double(4) == 8\\n";
const model = scriptedProvider({
  turns: [
    { calls: [write("sums.py", sums), write("test_sums.py", test)] },
    { calls: [{ name: "finish", input: { summary: "double is there." } }] },
  ],
});
const outcome = await runTask({ repo, prompt: "Add double", model: "scripted:m", verify: "pytest" }, { providers: [model] });
const again = await verifyCommit({ repo, base: "main", head: outcome.branch });
await approve(outcome);
console.log([outcome.verdict.status, again.status, git("ls-tree", "--name-only", "main")].join("\\n"));
`;

/** Nearly all of it: npm and pip need their user's settings. */
const environment = childEnvironment({}, ["*"]);
let folder = "";
let names: readonly string[] = [];
/** Why npm could not reach its registry; empty when it could. */
let unreachable = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "installed-"));
  const pnpm = ["--yes", "pnpm@12.21.0"];
  await must("npx", [...pnpm, "run", "build"], root);
  names = (await readdir(join(root, "packages"))).toSorted();
  for (const name of names)
    await must("npx", [...pnpm, "pack", "--pack-destination", folder], join(root, "packages", name));
  const tarballs = await readdir(folder);
  const dependencies = Object.fromEntries(
    names.map((name) => [`@aifactory/${name}`, `file:../${tarballs.find((file) => file.includes(`-${name}-`))}`]),
  );
  await mkdir(project());
  await writeFile(
    join(project(), "package.json"),
    JSON.stringify({ private: true, type: "module", dependencies, overrides: dependencies }),
  );
  await must("npm", ["install", "--no-audit", "--no-fund", "--fetch-retries=1"], project()).catch((error: unknown) => {
    if (!/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|CERT/.test(String(error))) throw error;
    unreachable = String(error);
  });
}, 10 * minute);

afterAll(async () => rm(folder, { recursive: true, force: true }));

it("every package is imported by its name, and brings its licence and its documentation", async ({ skip }) => {
  skip(unreachable !== "", `npm can't install here: ${unreachable}`);
  expect(names.length).toBeGreaterThan(5);
  for (const name of names) {
    await must("node", ["-e", `await import("@aifactory/${name}")`, "--input-type=module"], project());
    const own = join(project(), "node_modules", "@aifactory", name);
    expect([name, ...(await readdir(own))]).toEqual(
      expect.arrayContaining([name, "LICENSE", "README.md", "dist", "package.json"]),
    );
    expect(await readFile(join(own, "package.json"), "utf8")).not.toMatch(/"(?:workspace|catalog):/);
  }
});

it("a task is run, verified and approved with what was installed", { timeout: 3 * minute }, async ({ skip }) => {
  skip(unreachable !== "", `npm can't install here: ${unreachable}`);
  await writeFile(join(project(), "try.mjs"), program);
  const said = await must("node", ["try.mjs", folder], project());
  expect(said.trim().split("\n")).toEqual(["passed", "passed", "requirements.txt", "sums.py", "test_sums.py"]);
});

function project(): string {
  return join(folder, "project");
}

/** What a program says that must end well. */
async function must(command: string, args: readonly string[], cwd: string): Promise<string> {
  const result = await run({ command, args, cwd, env: environment, timeoutMs: 5 * minute });
  if (result.exitCode === 0) return result.stdout;
  throw new Error(`${command} ${args.join(" ")} ended with ${result.exitCode}:\n${result.stdout}\n${result.stderr}`);
}
