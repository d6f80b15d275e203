import { defineConfig } from "vitest/config";

// The real agent programs against loopback servers. They are not dependencies: `node scripts/install-agents.mjs` installs them.
export default defineConfig({
  ssr: { resolve: { conditions: ["aifactory-source", "module", "node", "development|production"] } },
  test: { include: ["{packages,examples}/*/test/agents/**/*.test.ts"], testTimeout: 120_000, hookTimeout: 120_000 },
});
