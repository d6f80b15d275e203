import { setTimeout as sleep } from "node:timers/promises";
import { listRuns } from "@aifactory/core";
import { expect, it } from "vitest";
import { demoFolder, screen, startDemo, type } from "./start-demo.js";

/** The last screen of a demo that got one press, delivered four times, when it had printed `at`. */
async function pressedAt(at: string): Promise<string> {
  const demo = startDemo("main.ts", "--repo", await demoFolder());
  const deliver = (signal: NodeJS.Signals): void => void process.kill(demo.pid!, signal);
  return screen(demo, (line) => {
    if (line.includes(at)) deliver("SIGINT");
    if (line.includes("Stopping;")) (["SIGINT", "SIGTERM", "SIGHUP"] as const).forEach(deliver);
  });
}

it("one press during the work stops in good order, and what was done can be merged", async () => {
  const last = await pressedAt("✓ write_file app/tictactoe.py");
  expect(last).toContain("Status   cancelled");
  expect(await type("Approve", last)).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("Merged") });
}, 240_000);

it("one press during the verification stops in good order, and the run can go on to its end", async () => {
  const last = await pressedAt("running the tests before");
  expect(last).toContain("Status   cancelled");
  const resumed = await type("Resume", last);
  expect(resumed).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("Verdict  passed") });
  expect(await type("Approve", resumed.stdout)).toMatchObject({ exitCode: 0 });
}, 240_000);

it("one press that also ends whoever reads the screen stops in good order", async () => {
  const repo = await demoFolder();
  const demo = startDemo("main.ts", "--repo", repo);
  for await (const line of demo.lines()) if (line.includes("running the tests before")) break;
  process.kill(demo.pid!, "SIGINT");
  await demo.done;
  expect(await listRuns(repo)).toMatchObject([{ state: "waiting", outcome: { status: "cancelled" } }]);
}, 240_000);

it("a second press leaves at once and says how to go on", async () => {
  const stubborn = startDemo("test/fixtures/stubborn.ts");
  const last = await screen(stubborn, (line) => {
    if (line === "working") process.kill(stubborn.pid!, "SIGINT");
    if (line.includes("Stopping;")) void sleep(1_100).then(() => process.kill(stubborn.pid!, "SIGINT"));
  });
  expect(last).toContain("Left at once. Start it again.");
  expect(await stubborn.done).toMatchObject({ exitCode: 130 });
});
