import { realpath } from "node:fs/promises";
import { tmpdir } from "node:os";
import { describe, expect, it } from "vitest";
import {
  AifactoryError,
  cliAgent,
  type CliAgent,
  type Provider,
  runTask,
  type TurnEvent,
  type TurnRequest,
} from "@aifactory/core";
import { probeSandbox } from "@aifactory/core/process";
import { misbehavingCli, type Misbehaviour, temporaryRepository } from "@aifactory/core/testing";
import { resolveModel } from "../src/resolve.js";

const probe = await probeSandbox();

const request = async (signal = new AbortController().signal): Promise<TurnRequest> => ({
  model: "m",
  system: "",
  messages: [{ role: "user", text: "Hi" }],
  tools: [],
  cwd: await realpath(tmpdir()),
  signal,
});

/** An agent whose program says `answer` when it is done. */
const answering = (path: string): CliAgent => ({
  name: "acme",
  command: () => ({ command: path, graceMs: 200 }),
  read: () => (line) =>
    line === "answer"
      ? [
          {
            type: "finish",
            reason: { unified: "stop" },
            message: { role: "assistant", text: line, calls: [] },
          },
        ]
      : [{ type: "raw", value: line }],
});

async function eventsOf(misbehaviour: Misbehaviour, signal?: AbortSignal): Promise<TurnEvent[]> {
  const program = await misbehavingCli(misbehaviour);
  const events: TurnEvent[] = [];
  for await (const event of cliAgent(answering(program.path)).turn(await request(signal))) events.push(event);
  await program.remove();
  expect(events.filter(({ type }) => type === "finish")).toEqual([events.at(-1)]);
  return events;
}

describe("cliAgent", () => {
  for (const misbehaviour of [
    "floods-stderr",
    "reads-stdin",
    "leaves-stdout-open",
    "prints-a-long-line",
    "answers-and-stays",
    "ignores-sigterm",
  ] as const) {
    it(`gets its answer from a program that ${misbehaviour}`, async () => {
      expect((await eventsOf(misbehaviour)).at(-1)).toMatchObject({
        reason: { unified: "stop" },
        message: { text: "answer" },
      });
    }, 20_000);
  }

  it("never takes a failure for an answer: non-zero exit, silence, a login prompt", async () => {
    expect((await eventsOf("exits-3")).at(-1)).toMatchObject({
      error: { code: "agent-exited", status: 3, message: expect.stringContaining("it broke") },
    });
    expect((await eventsOf("leaves-a-session")).at(-1)).toMatchObject({
      error: { code: "cut-stream" },
    });
    expect((await eventsOf("asks-for-a-login")).at(-1)).toMatchObject({
      error: { code: "agent-exited", status: 1 },
    });
  });

  it("stops for an abort", async () => {
    expect((await eventsOf("hangs", AbortSignal.timeout(100))).at(-1)).toMatchObject({
      reason: { unified: "aborted" },
    });
  });

  const where = [
    { sandboxed: "without a sandbox", sandbox: undefined },
    { sandboxed: "in a sandbox", sandbox: { view: "loose", writable: [] } },
  ] as const;
  for (const { sandboxed, sandbox } of where) {
    it.skipIf(sandbox && probe.kind === "none")(`says that the program is not there, ${sandboxed}`, async () => {
      const asked = { ...(await request()), ...(sandbox && { sandbox }) };
      const { provider: acp } = await resolveModel("acp:no-such-agent --acp", {});
      for (const provider of [cliAgent(answering("no-such-agent")), acp]) {
        const events: TurnEvent[] = [];
        for await (const event of provider.turn({ ...asked, model: "no-such-agent --acp" })) events.push(event);
        const message = expect.stringContaining("no-such-agent");
        expect(events).toMatchObject([{ type: "finish", error: { code: "program-missing", message } }]);
      }
    });
  }

  it.skipIf(probe.kind === "none")("leaves what a program says of its own sandbox to the program", async () => {
    const words = "bwrap: execvp true: No such file or directory";
    const agent = cliAgent({
      ...answering(""),
      command: () => ({ command: "/bin/sh", args: ["-c", `echo '${words}' >&2; exit 1`] }),
    });
    const sandbox = { view: "loose", writable: [] } as const;
    const events: TurnEvent[] = [];
    for await (const event of agent.turn({ ...(await request()), sandbox })) events.push(event);
    expect(events).toMatchObject([{ error: { code: "agent-exited", message: expect.stringContaining(words) } }]);
  });

  it("runs a whole task: what the program wrote is committed, whatever it says of itself", async () => {
    const repository = await temporaryRepository();
    const agent = cliAgent({
      name: "acme",
      command: ({ messages }, scratch) => ({
        command: "/bin/sh",
        args: ["-c", 'cat "$HOME/settings" > copied.txt; cat > prompt.txt; echo answer'],
        input: messages[0]?.role === "user" ? messages[0].text : "",
        env: { PATH: process.env["PATH"] ?? "", HOME: scratch },
        files: { settings: "private\n" },
      }),
      read: answering("").read,
    });
    const outcome = await runTask(
      { repo: repository.path, prompt: "Write it down", model: "acme:m" },
      { providers: [agent] },
    );
    expect(outcome).toMatchObject({ status: "ready", stat: { files: 2 }, turns: 1 });
    expect(await repository.read("copied.txt", outcome.branch)).toBe("private");
    expect(await repository.read("prompt.txt", outcome.branch)).toContain("Write it down");
    await repository.remove();
  });

  it("is asked once whether its program is what it was written for, and no turn is taken when it is not", async () => {
    const repository = await temporaryRepository();
    let asked = 0;
    let turns = 0;
    const agent: Provider = {
      ...cliAgent({
        ...answering("/bin/sh"),
        command: () => ({ command: "/bin/sh", args: ["-c", `echo ${(turns += 1)} > a.txt; echo answer`] }),
      }),
      async check() {
        asked += 1;
        if (asked === 1) throw new AifactoryError("provider-broken", "acme 2.0 no longer has --work.");
        return { version: "1.9" };
      },
    };
    const task = { repo: repository.path, prompt: "Write it down", model: "acme:m" };
    const broken = await runTask(task, { providers: [agent] });
    expect(broken).toMatchObject({ status: "failed", error: { code: "provider-broken" }, turns: 0 });
    for (const _ of [1, 2]) {
      const outcome = await runTask(task, { providers: [agent] });
      expect(outcome).toMatchObject({ status: "ready", models: [{ asked: "acme:m", version: "1.9" }] });
    }
    expect([asked, turns]).toEqual([2, 2]);
    await repository.remove();
  });

  it("is not believed when it says that it is done and nothing has changed", async () => {
    const repository = await temporaryRepository();
    const program = await misbehavingCli("reads-stdin");
    const outcome = await runTask(
      { repo: repository.path, prompt: "Write it down", model: "acme:m" },
      { providers: [cliAgent(answering(program.path))] },
    );
    expect(outcome).toMatchObject({ status: "stalled", review: "none" });
    await program.remove();
    await repository.remove();
  });
});
