import { providerContract } from "@aifactory/core/testing";
import { describe, it } from "vitest";
import { open } from "./dialect.js";

providerContract({
  describe,
  it: it.concurrent,
  name: "copilot",
  kind: "agent",
  open,
  exceptions: {
    "a rate limit carries the server's delay": "1.0.102 prints no delay: its events say only that it was a 429",
    "usage is counted once": "1.0.102 prints no token counts, only premium requests",
  },
});
