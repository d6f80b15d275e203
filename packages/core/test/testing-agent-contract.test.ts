import { describe, it } from "vitest";
import { providerContract } from "../src/testing/index.js";
import { agentProvider, openAgent } from "./testing-agent.js";

providerContract({
  describe,
  it: it.concurrent,
  name: "cliAgent",
  kind: "agent",
  open: openAgent(agentProvider),
});
