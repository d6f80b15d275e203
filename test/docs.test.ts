import { readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { run } from "../packages/core/src/process.js";

const root = join(import.meta.dirname, "..");
const packages = readdirSync(join(root, "packages")).map((name) => `packages/${name}`);
const docs = readdirSync(join(root, "docs")).map((name) => `docs/${name}`);
const pages = ["README.md", ...docs, ...packages.map((path) => `${path}/README.md`)];

/** Every block of TypeScript by where it stands, without what is quoted from a file of ours. */
const blocks = pages.flatMap((page) =>
  [...readFileSync(join(root, page), "utf8").matchAll(/(<!-- \S+ -->\n)?^```ts\n([\s\S]*?)^```/gm)]
    .filter(([, quoted]) => quoted === undefined)
    .map(([, , code = ""], at) => ({ name: `${page.replaceAll("/", "_")}.${at + 1}.ts`, code })),
);

it("every block of TypeScript in the documentation compiles as it is printed", async () => {
  expect(blocks.length).toBeGreaterThan(15);
  const folder = await mkdtemp(join(tmpdir(), "aifactory-docs-"));
  onTestFinished(async () => rm(folder, { recursive: true, force: true }));
  for (const path of [...packages, "examples/echo-provider", "node_modules/@types/node"]) {
    const manifest: { readonly name: string } = JSON.parse(readFileSync(join(root, path, "package.json"), "utf8"));
    const link = join(folder, "node_modules", manifest.name);
    await mkdir(dirname(link), { recursive: true });
    await symlink(join(root, path), link);
  }
  const config = { extends: join(root, "tsconfig.base.json"), compilerOptions: { noEmit: true }, include: ["*.ts"] };
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify(config));
  await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  for (const { name, code } of blocks) await writeFile(join(folder, name), code);

  const tsc = join(root, "node_modules/.bin/tsc");
  const { stdout } = await run({ command: tsc, args: ["-p", folder, "--pretty", "false"], cwd: folder });
  expect(stdout).toBe("");
}, 60_000);
