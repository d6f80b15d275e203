// Starts a tree of processes that are hard to end, and waits to be killed: orphans-parent <word> <none|bubblewrap> <folder>
import { childEnvironment, sandboxed, start } from "@aifactory/core/process";

const [word = "", sandbox, folder = ""] = process.argv.slice(2);

// One that ignores SIGTERM and holds the pipe, one in a session of its own, and one that does both.
const tree = `
trap "" TERM
(trap "" TERM; while :; do sleep 300; done) &
setsid sleep 300 > /dev/null 2>&1 < /dev/null &
setsid sh -c 'trap "" TERM HUP; sleep 300; sleep 300' &
echo up
wait
`;
const command = { command: "/bin/sh", args: ["-c", tree], cwd: folder, env: childEnvironment({ ORPHANS: word }) };
process.stdout.write("ready\n");
const program = start(
  sandbox === "none" ? command : sandboxed(command, { view: "loose", writable: [folder], network: true }),
);
for await (const line of program.lines()) process.stdout.write(`${line}\n`);
