// Runs one task in a process of its own that kills itself, hard, after so many entries of the journal.
import { runTask, TaskEvents } from "@aifactory/core";
import { patientModel, verifier } from "./kill-model.js";

const [repo = "", worktreeRoot = "", killAfter = ""] = process.argv.slice(2);
const events = new TaskEvents();
const kept = ["turn-event", "tool-started", "tool-finished", "retry", "reply", "progress"];
let entries = 0;
events.on("event", ({ type }) => {
  if (kept.includes(type)) return;
  entries += 1;
  if (entries === Number(killAfter)) process.kill(process.pid, "SIGKILL");
});

const outcome = await runTask(
  { repo, prompt: "Write three files", model: { plan: "patient:m", code: "patient:m" }, verify: "shell" },
  { providers: [patientModel()], verifiers: [verifier()], worktreeRoot, events },
);
process.stdout.write(JSON.stringify({ entries, outcome }));
