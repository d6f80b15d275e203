import type { Options } from "tsup";

/** Shared bundle settings: one ESM file with a source map per entry; `tsc` emits the declarations. */
export const base: Options = {
  entry: ["src/index.ts"],
  format: ["esm"],
  platform: "node",
  target: "node20",
  sourcemap: true,
  clean: true,
  treeshake: true,
};
