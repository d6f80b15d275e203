import assert from "node:assert/strict";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Scene, says } from "../scenes.js";
import { agent, type Behaviour, type Open, type StageInFolder } from "./behaviour.js";
import { assertReason, begin, describe, play } from "./turns.js";

const writes: Scene = {
  id: "writes",
  parts: [{ type: "write", id: "tool_1", path: "made.txt", text: "made\n" }, says("Done.")],
};

/** What an agent does besides: it works in its folder, and nothing of it is left behind. */
export const agents: readonly Behaviour[] = [
  {
    name: "a file is written in the working folder",
    kinds: agent,
    async run(open) {
      const stage = await open([writes]);
      assertReason(await play(stage), "stop");
      assert.equal(await readFile(join(stage.cwd, "made.txt"), "utf8").catch(String), "made\n");
    },
  },
  {
    name: "its own tools are told, with their results",
    kinds: agent,
    async run(open) {
      const { events } = await play(await open([writes]));
      const told = events.find((event) => event.type === "tool-call");
      assert(told?.type === "tool-call", `No tool-call event: ${describe(events)}`);
      assert(told.effect === "write" || told.effect === "execute", `Effect of a write: ${String(told.effect)}`);
      const outcome = events.find((event) => event.type === "tool-result");
      assert(
        outcome?.type === "tool-result" && outcome.callId === told.call.id,
        `No result of it: ${describe(events)}`,
      );
    },
  },
  {
    name: "a changed file is told, relative to the working folder",
    kinds: agent,
    async run(open) {
      const { events } = await play(await open([writes]));
      const changes = events.flatMap((event) => (event.type === "file-change" ? [event.path] : []));
      assert.deepEqual([...new Set(changes)], ["made.txt"]);
    },
  },
  {
    name: "a non-zero exit is an error, whatever was said",
    kinds: agent,
    async run(open) {
      const { finish } = await play(
        await open([
          {
            id: "exits",
            parts: [says("All done!")],
            program: { exitCode: 3 },
            ending: "unfinished",
          },
        ]),
      );
      assert.equal(finish.reason.unified, "error", JSON.stringify(finish));
    },
  },
  {
    name: "a program that is not there is program-missing",
    kinds: agent,
    async run(open) {
      const { finish } = await play(await open([{ id: "missing", parts: [], fault: { kind: "missing-program" } }]));
      assert.equal(finish.error?.code, "program-missing", JSON.stringify(finish));
    },
  },
  {
    name: "a flood on standard error does not hang the turn",
    kinds: agent,
    async run(open) {
      await answers(open, { stderrBytes: 2_000_000 });
    },
  },
  {
    name: "a program that reads its input to the end does not hang the turn",
    kinds: agent,
    async run(open) {
      await answers(open, { readsInput: true });
    },
  },
  {
    name: "a program that has answered and does not exit ends the turn",
    kinds: agent,
    async run(open) {
      await answers(open, { lingers: true });
    },
  },
  {
    name: "nothing is left running after an abort",
    kinds: agent,
    async run(open) {
      const stage = await open([
        { id: "beats", parts: [{ type: "run", id: "tool_1", command: heart }, says("Done.")] },
      ]);
      const turn = begin(stage);
      for (let tries = 0; (await beats(stage)) === 0; tries++) {
        assert(tries < 400 && !turn.hasEnded(), `The command did not start: ${describe(turn.events)}`);
        await sleep(50);
      }
      turn.abort();
      assertReason(await turn.played(), "aborted");
      await assertStill(stage);
    },
  },
  {
    name: "nothing is left running after an answer",
    kinds: agent,
    async run(open) {
      const command = `(${heart}) >/dev/null 2>&1 &`;
      const stage = await open([{ id: "leaves", parts: [{ type: "run", id: "tool_1", command }, says("Done.")] }]);
      assertReason(await play(stage), "stop");
      await assertStill(stage);
    },
  },
];

/**
 * Beats into a file, while its folder is there and for two minutes at most. A process id would mean nothing in a process
 * namespace of its own.
 */
const heart = "i=0; while echo x >> heartbeat && [ $i -lt 1200 ]; do i=$((i+1)); sleep 0.1; done 2>/dev/null";

async function beats({ cwd }: StageInFolder): Promise<number> {
  const found = await stat(join(cwd, "heartbeat")).catch(() => undefined);
  return found?.size ?? 0;
}

async function assertStill(stage: StageInFolder): Promise<void> {
  const before = await beats(stage);
  await sleep(800);
  assert.equal(await beats(stage), before, "What the agent started still runs.");
}

async function answers(open: Open, program: NonNullable<Scene["program"]>): Promise<void> {
  const played = await play(await open([{ id: "habit", parts: [says("Hello.")], program }]));
  assertReason(played, "stop");
  assert.equal(played.finish.message.text, "Hello.");
}
