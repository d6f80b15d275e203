// Runs one task, without a sandbox, whose model's first call is a command that is to kill this process.
import { runTask } from "@aifactory/core";
import { scriptedProvider } from "@aifactory/core/testing";
import { command } from "./hostile-model.js";

const [repo = "", worktreeRoot = "", line = ""] = process.argv.slice(2);
const providers = [scriptedProvider({ turns: [command(line)] })];
await runTask({ repo, prompt: "Do it", model: "scripted:m", sandbox: "none" }, { providers, worktreeRoot });
