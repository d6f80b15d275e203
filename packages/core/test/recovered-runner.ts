// Begins a run, or goes on with one, whose model writes its calls as text; ends this process, hard, at the first message of a role.
import { resumeTask, runTask, TaskEvents, type TurnRequest } from "@aifactory/core";
import { scriptedProvider, type ScriptedTurn } from "@aifactory/core/testing";

const [repo = "", worktreeRoot = "", role = "", id] = process.argv.slice(2);
const events = new TaskEvents();
events.on("message", ({ message }) => {
  if (message.role === role) process.kill(process.pid, "SIGKILL");
});

function answer({ messages }: TurnRequest): ScriptedTurn {
  const input = { path: `${messages.length}.py`, content: "1\n" };
  return { text: `<tool_call>\n${JSON.stringify({ name: "write_file", arguments: input })}\n</tool_call>` };
}

const providers = [scriptedProvider({ turns: [answer, answer] })];
const options = { providers, worktreeRoot, events };
if (id === undefined) await runTask({ repo, prompt: "Do it", model: "scripted:m" }, options);
else await resumeTask({ repo, id }, options);
