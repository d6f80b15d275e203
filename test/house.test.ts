import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, it } from "vitest";

// The layering of the house. When one of these fails, move the code; do not loosen the rule.

const root = join(import.meta.dirname, "..");
const core = join(root, "packages/core/src");

function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts") && !name.includes("node_modules"))
    .map((name) => join(folder, name));
}

const packages = readdirSync(join(root, "packages"));
const all = packages.flatMap((name) => sources(join(root, "packages", name, "src")));
const read = (file: string): string => readFileSync(file, "utf8");
const named = (file: string): string => relative(root, file);

/** What a file imports at run time; `import type` loads nothing. */
function imports(file: string, withTypes = false): string[] {
  const statements = read(file).matchAll(
    /^(?:import|export)\s+(type\s+)?[^;]*?from\s+"([^"]+)";|^import\s+"([^"]+)";/gms,
  );
  return [...statements].filter(([, type]) => withTypes || !type).map(([, , from, bare]) => from ?? bare ?? "");
}

/** From the top to the bottom of core: a file imports only from lines below its own, or from its own line. */
const layers: readonly (readonly string[])[] = [
  ["index"],
  ["entry"],
  ["compare", "review", "runs"],
  ["run"],
  ["drive"],
  ["steps"],
  ["parts", "run-options"],
  ["run-context"],
  ["resolve", "loop"],
  ["ask", "reply"],
  [
    "acp",
    "agent-words",
    "ask-program",
    "cli-agent",
    "git-state",
    "git-trace",
    "guard",
    "json-rpc",
    "moved-refs",
    "nudge",
    "recovery",
    "stashes",
    "tool-calls",
    "leftover",
    "tools",
    "turn",
    "worktree",
  ],
  [
    "budget",
    "checkpoint",
    "confinement",
    "conversation",
    "deadlines",
    "heard",
    "history",
    "journal",
    "lock",
    "outcome",
    "prompts",
    "repository",
    "retry",
    "run-reference",
    "summary",
    "window",
  ],
  ["next"],
  ["record"],
  ["checkout", "git"],
  ["process", "sandbox"],
  ["environment", "holder", "machine-places", "private-places", "process-tree", "scratch"],
  ["bounded-fetch", "events", "input", "phases", "secrecy", "task", "usage"],
  ["errors", "output", "timers", "types"],
];

function layerOf(file: string): number {
  const name = relative(core, file).split("/")[0]!.replace(/\.ts$/, "");
  return layers.findIndex((layer) => layer.includes(name));
}

describe("the house", () => {
  it("gives every file of core a layer", () => {
    const lost = sources(core).filter((file) => !file.includes("/testing/") && layerOf(file) < 0);
    expect(lost.map(named)).toEqual([]);
  });

  it("imports go down only", () => {
    const up = sources(core)
      .filter((file) => !file.includes("/testing/"))
      .flatMap((file) =>
        imports(file)
          .filter((from) => from.startsWith("."))
          .map((from) => join(file, "..", from.replace(/\.js$/, ".ts")))
          .filter((target) => target.startsWith(core) && layerOf(target) < layerOf(file))
          .map((target) => `${named(file)} -> ${named(target)}`),
      );
    expect(up).toEqual([]);
  });

  it("core imports no provider, no verifier and no vendor's SDK", () => {
    const allowed = /^(\.|node:|zod$|eventemitter3$|p-limit$|jsonrepair$)/;
    const foreign = sources(core).flatMap((file) =>
      imports(file, true)
        .filter((from) => !allowed.test(from))
        .map((from) => `${named(file)} -> ${from}`),
    );
    expect(foreign).toEqual([]);
  });

  it("no vendor's name stands in core outside the rows of resolve", () => {
    const vendor = /anthropic|openai|\bclaude\b|\bgemini\b|copilot|ollama|\bcodex\b/i;
    const code = (file: string): string => read(file).replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
    const naming = sources(core).filter(
      (file) => !file.includes("/recovery/") && !file.endsWith("/resolve.ts") && vendor.test(code(file)),
    );
    expect(naming.map(named)).toEqual([]);
  });

  it("nobody but process spawns", () => {
    const allowed = ["packages/core/src/process.ts", "packages/core/src/process-tree.ts"];
    const spawning = all.filter((file) => imports(file).includes("node:child_process")).map(named);
    expect(spawning.filter((file) => !allowed.includes(file))).toEqual([]);
  });

  it("nobody but resolve imports what a user names; everyone else names what they load late", () => {
    const dynamic = all
      .filter((file) => /\bimport\((?!\s*")/.test(read(file)) && !/typeof import\(/.test(read(file)))
      .map(named);
    expect(dynamic).toEqual(["packages/core/src/resolve.ts"]);
  });

  it("recovery and nudge do no I/O", () => {
    const pure = sources(join(core, "recovery")).concat(join(core, "nudge.ts"));
    expect(
      pure.flatMap((file) =>
        imports(file)
          .filter((from) => from.startsWith("node:"))
          .map((from) => `${named(file)} -> ${from}`),
      ),
    ).toEqual([]);
  });

  it("a provider imports core and at most one vendor's SDK; no git, no other provider", () => {
    for (const name of packages.filter((folder) => folder.startsWith("provider-"))) {
      const from = sources(join(root, "packages", name, "src")).flatMap((file) => imports(file, true));
      const outside = new Set(
        from
          .filter((module) => !module.startsWith(".") && !module.startsWith("node:"))
          .map((module) =>
            module
              .split("/")
              .slice(0, module.startsWith("@") ? 2 : 1)
              .join("/"),
          ),
      );
      outside.delete("@aifactory/core");
      outside.delete("zod");
      expect([name, outside.size <= 1, from.includes("@aifactory/core/git")]).toEqual([name, true, false]);
      expect([...outside].filter((module) => module.startsWith("@aifactory/"))).toEqual([]);
    }
  });

  it("files are small", () => {
    const long = all
      .filter((file) => read(file).split("\n").length > 201)
      .map((file) => `${named(file)} (${read(file).split("\n").length})`);
    expect(long).toEqual([]);
  });

  it("no default export but a plugin's factory, no `export *`", () => {
    const defaults = all.filter((file) => /^export default/m.test(read(file))).map(named);
    expect(defaults.filter((file) => !/packages\/(provider|verifier)-[\w-]+\/src\/index\.ts$/.test(file))).toEqual([]);
    expect(all.filter((file) => /^export \*/m.test(read(file))).map(named)).toEqual([]);
  });

  it("every package is MIT and has the same floor of Node", () => {
    for (const name of packages) {
      const manifest = JSON.parse(read(join(root, "packages", name, "package.json"))) as {
        license: string;
        engines: { node: string };
      };
      expect([name, manifest.license, manifest.engines.node]).toEqual([name, "MIT", ">=20.19"]);
    }
  });
});
