import { defineConfig } from "vitest/config";

export default defineConfig({
  ssr: { resolve: { conditions: ["aifactory-source", "module", "node", "development|production"] } },
  test: {
    // Most tests wait for processes: one worker per core, where the default would leave one idle.
    maxWorkers: "100%",
    projects: [
      { extends: true, test: { name: "unit", include: ["packages/*/src/**/*.test.ts", "test/**/*.test.ts"] } },
      {
        extends: true,
        test: {
          name: "integration",
          include: ["packages/*/test/**/*.test.ts", "examples/*/test/**/*.test.ts"],
          exclude: ["**/node_modules/**", "{packages,examples}/*/test/{agents,thorough}/**"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      // What `pnpm test` leaves out to stay short: more cases of the same suites. `.ci/run` runs them too.
      {
        extends: true,
        test: {
          name: "thorough",
          include: ["packages/*/test/thorough/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
    coverage: {
      provider: "v8",
      include: ["packages/*/src/**/*.ts"],
      exclude: ["**/*.bench.ts"],
      reporter: ["text", "json-summary"],
    },
  },
});
