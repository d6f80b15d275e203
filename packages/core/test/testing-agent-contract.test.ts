import { describe, it } from "vitest";
import { providerContract } from "../src/testing/index.js";
import { agentProvider, openAgent } from "./testing-agent.js";

providerContract({
  describe,
  it,
  name: "cliAgent",
  kind: "agent",
  open: openAgent(agentProvider),
  exceptions: {
    "an error is there exactly when the reason is error":
      "to be mended in cli-agent.ts: it sends the error `aborted` with the reason aborted",
  },
});
