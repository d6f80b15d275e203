import { defineConfig } from "vitest/config";

// The real agent programs against loopback servers. They are not dependencies: `node scripts/install-agents.mjs` installs them.
export default defineConfig({
  ssr: { resolve: { conditions: ["aifactory-source", "module", "node", "development|production"] } },
  test: {
    // They wait for programs that wait for each other, as those of vitest.config.ts do.
    maxWorkers: "100%",
    include: ["{packages,examples}/*/test/agents/**/*.test.ts"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
