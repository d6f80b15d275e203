/** The source of `sceneProgram`'s program; PLAYS stands for its plays. Tools run in a session of their own, as those of real agents do. */
export const playerSource = `#!/usr/bin/env node
const { spawn } = require("node:child_process");
const { existsSync, mkdirSync, renameSync, writeFileSync } = require("node:fs");
const { dirname, join } = require("node:path");
const { createInterface } = require("node:readline");
const { once } = require("node:events");
const plays = PLAYS;
const runs = join(__dirname, "runs");

function takeNumber() {
  for (let at = 0; ; at++) {
    try {
      mkdirSync(join(runs, "taken-" + at));
      return at;
    } catch {}
  }
}

async function readInput() {
  let input = "";
  for await (const chunk of process.stdin) input += chunk;
  return input;
}

function say(stream, text, split) {
  if (!split) return new Promise((done) => stream.write(text, done));
  const bytes = Buffer.from(text);
  const pieces = [];
  for (let at = 0; at < bytes.length; at += 3) pieces.push(bytes.subarray(at, at + 3));
  return pieces.reduce(
    (before, piece) => before.then(() => new Promise((done) => stream.write(piece, () => setImmediate(done)))),
    Promise.resolve(),
  );
}

/** Hears a message of this method, whatever is said before it. */
async function hear(method, lines) {
  for (;;) {
    const { value, done } = await lines.next();
    if (done) process.exit();
    const message = JSON.parse(value);
    if (message.method === method) return [value, message.id];
  }
}

async function main() {
  // Whoever forgets to end it does not keep it for ever.
  setInterval(() => existsSync(__dirname) || process.exit(), 500);
  const at = takeNumber();
  const play = plays[at];
  const run = { arguments: process.argv.slice(2), cwd: process.cwd(), input: "" };
  const note = (input) => {
    run.input += input;
    writeFileSync(join(runs, at + ".part"), JSON.stringify(run));
    renameSync(join(runs, at + ".part"), join(runs, at + ".json"));
  };
  note(play && play.input === "whole" ? await readInput() : "");
  if (!play) {
    await say(process.stderr, "No scene is left.");
    process.exit(70);
  }
  if (play.stderrBytes) await say(process.stderr, "noise ".repeat(play.stderrBytes / 6));
  const isDialogue = play.input === "dialogue";
  const lines = isDialogue ? createInterface(process.stdin)[Symbol.asyncIterator]() : undefined;
  for (const step of play.steps) {
    for (const line of step.print ?? []) {
      if (line.hears) {
        const [heard, id] = await hear(line.hears, lines);
        note(heard + "\\n");
        if (line.answers) await say(process.stdout, JSON.stringify({ id, ...line.answers }) + "\\n", play.splitBytes);
      } else await say(process.stdout, line + "\\n", play.splitBytes);
    }
    if (step.complain) await say(process.stderr, step.complain);
    if (step.write) {
      mkdirSync(dirname(step.write), { recursive: true });
      writeFileSync(step.write, step.text);
    }
    if (step.run) await once(spawn("sh", ["-c", step.run], { detached: true, stdio: "ignore" }), "exit");
    if (step.end === "kill") process.kill(process.pid, "SIGKILL");
    // In a dialogue, whoever asked has the last word.
    if (step.end === "exit" && isDialogue && step.code === 0) while (!(await lines.next()).done);
    if (step.end === "exit" || step.end === "leave") process.exit(step.code);
  }
}

main();
`;
