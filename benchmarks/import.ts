// What it costs to have core: milliseconds of `import "@aifactory/core"` in a fresh process, and bytes on disk with its
// dependencies. Needs `pnpm build` first. Run: pnpm tsx benchmarks/import.ts
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, realpathSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const runs = 15;
const core = join(import.meta.dirname, "..", "packages", "core");
const folder = mkdtempSync(join(tmpdir(), "aifactory-bench-"));
const modules = join(folder, "node_modules");

try {
  cpSync(join(core, "dist"), join(modules, "@aifactory/core/dist"), { recursive: true });
  cpSync(join(core, "package.json"), join(modules, "@aifactory/core/package.json"));
  for (const name of ["eventemitter3", "jsonrepair", "p-limit", "zod"]) {
    const from = realpathSync(join(core, "node_modules", name));
    cpSync(from, join(modules, name), { recursive: true });
    // p-limit's own dependency stands beside it.
    if (name === "p-limit")
      cpSync(realpathSync(join(from, "..", "yocto-queue")), join(modules, "yocto-queue"), { recursive: true });
  }
  const script = `const from = performance.now(); await import("@aifactory/core"); console.log(performance.now() - from);`;
  const times = Array.from({ length: runs }, () =>
    Number(execFileSync(process.execPath, ["--input-type=module", "--eval", script], { cwd: folder })),
  );
  times.sort((one, other) => one - other);
  const bytes = readdirSync(modules, { recursive: true, encoding: "utf8" }).reduce(
    (sum, name) => sum + statSync(join(modules, name)).size,
    0,
  );
  console.log(
    `import   min ${times[0]?.toFixed(0)} ms, median ${times[Math.floor(runs / 2)]?.toFixed(0)} ms, max ${times.at(-1)?.toFixed(0)} ms (${runs} fresh processes; at most 60 wanted)`,
  );
  console.log(`on disk  ${(bytes / 1_000_000).toFixed(1)} MB with dependencies (at most 12 wanted)`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
