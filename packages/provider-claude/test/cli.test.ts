import { providerContract } from "@aifactory/core/testing";
import { describe, it } from "vitest";
import { openCli } from "./cli-dialect.js";

providerContract({ describe, it: it.concurrent, name: "claude-cli", kind: "agent", open: openCli });
