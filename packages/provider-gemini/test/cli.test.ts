import { providerContract } from "@aifactory/core/testing";
import { describe, it } from "vitest";
import { openCli } from "./cli-dialect.js";

providerContract({ describe, it: it.concurrent, name: "gemini-cli", kind: "agent", open: openCli });
