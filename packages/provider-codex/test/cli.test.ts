import { providerContract } from "@aifactory/core/testing";
import { describe, it } from "vitest";
import { openCli } from "./cli-dialect.js";

providerContract({ describe, it: it.concurrent, name: "codex-cli", kind: "agent", open: openCli });
