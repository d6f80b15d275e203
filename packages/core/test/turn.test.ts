import { describe, expect, it } from "vitest";
import { errorData, type ErrorData } from "../src/errors.js";
import { defaultDeadlines } from "../src/deadlines.js";
import { takeTurn, type TurnOrder } from "../src/turn.js";
import type { Provider, TurnEvent } from "../src/types.js";
import { type Script, type ScriptedTurn, scriptedProvider } from "../src/testing/scripted-provider.js";

const request = {
  model: "one",
  system: "",
  messages: [{ role: "user", text: "Hi" }],
  tools: [],
  cwd: "/",
} as const;

function take(provider: Provider, more: Partial<TurnOrder> = {}, deadlines: Partial<TurnOrder["deadlines"]> = {}) {
  const delays: number[] = [];
  const events: TurnEvent[] = [];
  const reply = takeTurn({
    provider,
    request,
    deadlines: { ...defaultDeadlines(provider.kind), ...deadlines },
    retry: { attempts: 4, firstMs: 1, longestMs: 50 },
    signal: new AbortController().signal,
    onEvent: (event) => events.push(event),
    onRetry: (_attempt, delayMs) => delays.push(delayMs),
    ...more,
  });
  return { reply, delays, events };
}

const failing = (code: ErrorData["code"], facts = {}): ScriptedTurn => ({
  error: errorData(code, "no", facts),
});
const fine: ScriptedTurn = { text: "Hello" };

describe("the one retry loop", () => {
  for (const code of ["rate-limit", "overloaded", "server-error", "network", "cut-stream", "timeout"] as const) {
    it(`tries again after ${code}`, async () => {
      const { reply, delays } = take(scriptedProvider({ turns: [failing(code), failing(code), fine] }));
      expect((await reply).message.text).toBe("Hello");
      expect(delays).toHaveLength(2);
    });
  }

  for (const code of ["auth", "quota", "invalid-request", "unknown-model", "context-overflow"] as const) {
    it(`does not try again after ${code}`, async () => {
      const provider = scriptedProvider({ turns: [failing(code), fine] });
      expect((await take(provider).reply).error?.code).toBe(code);
      expect(provider.requests).toHaveLength(1);
    });
  }

  it("waits as long as the server asks", async () => {
    const { reply, delays } = take(scriptedProvider({ turns: [failing("rate-limit", { retryAfterMs: 20 }), fine] }));
    await reply;
    expect(delays).toEqual([20]);
  });

  it("fails at once when the server asks for longer than it may wait, and carries the delay", async () => {
    const provider = scriptedProvider({
      turns: [failing("rate-limit", { retryAfterMs: 3_600_000 }), fine],
    });
    expect((await take(provider).reply).error).toMatchObject({
      code: "retry-too-late",
      retryAfterMs: 3_600_000,
      retryable: false,
      message: expect.stringContaining("3600 s"),
    });
    expect(provider.requests).toHaveLength(1);
  });

  it("gives up after the last try, with the last error", async () => {
    const provider = scriptedProvider({
      turns: Array.from({ length: 9 }, () => failing("overloaded")),
    });
    expect((await take(provider).reply).error?.code).toBe("overloaded");
    expect(provider.requests).toHaveLength(4);
  });

  it("never repeats what an agent may have half done, unless the agent says that it is safe", async () => {
    const begun = { ...failing("network"), text: "I have begun" };
    const agent = scriptedProvider({ kind: "agent", turns: [begun, fine] });
    expect((await take(agent).reply).error?.code).toBe("network");
    const safe = scriptedProvider({
      kind: "agent",
      turns: [{ text: "Begun", error: errorData("network", "no", { replaySafe: true }) }, fine],
    });
    expect((await take(safe).reply).message.text).toBe("Hello");
  });

  it("ends a wait when it is aborted", async () => {
    const signal = AbortSignal.timeout(30);
    const { reply } = take(scriptedProvider({ turns: [failing("rate-limit", { retryAfterMs: 5_000 })] }), {
      signal,
      retry: { attempts: 3, firstMs: 1, longestMs: 10_000 },
    });
    expect(await reply).toMatchObject({
      reason: { unified: "aborted" },
      error: { code: "aborted" },
    });
  });
});

describe("deadlines", () => {
  const only = { retry: { attempts: 1, firstMs: 1, longestMs: 1 } };
  const speaking = (events: readonly TurnEvent[], everyMs: number): Provider => ({
    apiVersion: 1,
    name: "slow",
    kind: "model",
    async *turn({ signal }) {
      for (const event of events) {
        if (signal.aborted) break;
        yield event;
        await new Promise((resolve) => setTimeout(resolve, everyMs));
      }
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
      yield {
        type: "finish",
        reason: { unified: "aborted" },
        message: { role: "assistant", text: "kept", calls: [] },
      };
    },
  });
  const chatter = Array.from({ length: 100 }, (): TurnEvent => ({ type: "raw", value: "ping" }));

  it("connect: nothing at all", async () => {
    expect((await take(speaking([], 1), only, { connectMs: 30 }).reply).error).toMatchObject({
      code: "timeout",
      message: expect.stringContaining("no sign of life"),
    });
  });

  it("first event: signs of life, but no word", async () => {
    expect((await take(speaking(chatter, 5), only, { firstEventMs: 60 }).reply).error).toMatchObject({
      code: "timeout",
      message: expect.stringContaining("first word"),
    });
  });

  it("idle: a word, then silence; what was said is kept", async () => {
    const { error, message } = await take(speaking([{ type: "text", text: "Hm" }], 1), only, {
      idleMs: 30,
    }).reply;
    expect(error).toMatchObject({
      code: "timeout",
      message: expect.stringContaining("nothing more"),
    });
    expect(message.text).toBe("kept");
  });

  it("that are longer than a timer of Node, or endless, end nothing", async () => {
    const long = { connectMs: Infinity, firstEventMs: 2 ** 40, idleMs: Infinity, totalMs: Infinity };
    const provider = scriptedProvider({
      turns: [async () => new Promise((resolve) => setTimeout(() => resolve(fine), 20))],
    });
    expect(await take(provider, only, long).reply).toMatchObject({ message: { text: "Hello" } });
  });

  it("total: chatter does not keep a turn alive", async () => {
    const words = Array.from({ length: 100 }, (): TurnEvent => ({ type: "text", text: "and " }));
    expect((await take(speaking(words, 5), only, { totalMs: 80 }).reply).error).toMatchObject({
      code: "timeout",
      message: expect.stringContaining("did not end"),
    });
  });
});

describe("a provider that breaks the contract", () => {
  const broken = (turn: Provider["turn"]): Provider => ({
    apiVersion: 1,
    name: "broken",
    kind: "model",
    turn,
  });

  it("by throwing is an error, not a crash", async () => {
    // oxlint-disable-next-line require-yield -- a stream that throws before its first event
    const provider = broken(async function* () {
      throw new Error("oops");
    });
    expect((await take(provider).reply).error).toMatchObject({
      code: "provider-broken",
      message: expect.stringContaining("oops"),
    });
  });

  it("by throwing before it gives a stream is an error too, and leaves no clock running", async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    const before = timers();
    const provider = broken(() => {
      throw new Error("oops");
    });
    expect((await take(provider).reply).error).toMatchObject({
      code: "provider-broken",
      message: expect.stringContaining("oops"),
    });
    expect(timers()).toBe(before);
  });

  it("by throwing when it is told that nobody listens any more does no harm", async () => {
    const finish = {
      type: "finish",
      reason: { unified: "stop" },
      message: { role: "assistant", text: "Hi", calls: [] },
    };
    const provider = broken(() => ({
      [Symbol.asyncIterator]: () => ({
        next: async () => ({ done: false, value: finish as TurnEvent }),
        return: () => {
          throw new Error("oops");
        },
      }),
    }));
    expect(await take(provider).reply).toMatchObject({ message: { text: "Hi" }, reason: { unified: "stop" } });
  });

  it.each([
    ["nothing", {}],
    ["no message", { reason: { unified: "stop" } }],
    ["no calls", { reason: { unified: "stop" }, message: { role: "assistant", text: "" } }],
    ["no reason", { message: { role: "assistant", text: "", calls: [] } }],
  ])("by a finish with %s is an error, never an answer", async (_what, parts) => {
    const provider = broken(async function* () {
      yield { type: "finish", ...parts } as TurnEvent;
    });
    expect((await take(provider).reply).error).toMatchObject({
      code: "provider-broken",
      message: expect.stringContaining("its finish has no"),
    });
  });

  it("by never waiting keeps no deadline from ending it, and goes on by itself no longer than it may", async () => {
    let said = 0;
    const provider = broken(async function* ({ signal }) {
      while (said < 3_000_000) {
        said += 1;
        yield { type: "text", text: "x" };
        if (signal.aborted && said % 1_000 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
    });
    const { error } = await take(provider, {}, { totalMs: 50, graceMs: 20 }).reply;
    expect(error).toMatchObject({ code: "timeout", message: expect.stringContaining("did not end") });
    await new Promise((resolve) => setTimeout(resolve, 50));
    const then = said;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(said).toBe(then);
    expect(said).toBeLessThan(3_000_000);
  });

  it("by ending without a finish is an error, never an answer", async () => {
    const provider = broken(async function* () {
      yield { type: "text", text: "All done." };
    });
    expect(await take(provider).reply).toMatchObject({
      error: { code: "provider-broken" },
      message: { text: "All done." },
    });
  });

  it("by ignoring the abort is left behind", async () => {
    const provider = broken(async function* () {
      await new Promise(() => {});
      yield { type: "text", text: "" };
    });
    const { reply } = take(provider, { signal: AbortSignal.timeout(20) }, { graceMs: 50 });
    expect((await reply).error?.code).toBe("aborted");
  });
});

describe("usage", () => {
  const using = (...usage: Extract<TurnEvent, { type: "usage" }>[]): Script => ({
    text: "x",
    events: usage,
  });

  it("adds deltas, replaces totals, and subtracts what a session counted before", async () => {
    const delta = await take(
      scriptedProvider({
        turns: [
          using(
            { type: "usage", counts: "delta", usage: { outputTokens: 2 } },
            { type: "usage", counts: "delta", usage: { outputTokens: 3 } },
          ),
        ],
      }),
    ).reply;
    expect(delta.usage).toEqual({ outputTokens: 5 });
    const total = await take(
      scriptedProvider({
        turns: [
          using(
            { type: "usage", counts: "turn", usage: { outputTokens: 2 } },
            { type: "usage", counts: "turn", usage: { outputTokens: 3 } },
          ),
        ],
      }),
    ).reply;
    expect(total.usage).toEqual({ outputTokens: 3 });
    const provider = scriptedProvider({
      turns: [
        using({ type: "usage", counts: "session", usage: { outputTokens: 10 } }),
        using({ type: "usage", counts: "session", usage: { outputTokens: 14 } }),
      ],
    });
    const first = await take(provider).reply;
    const second = await take(provider, { session: first.session }).reply;
    expect([first.usage, second.usage]).toEqual([{ outputTokens: 10 }, { outputTokens: 4 }]);
  });

  it("is not what is below 0, not finite or no number", async () => {
    const usage = { inputTokens: -5, outputTokens: NaN, reasoningTokens: Infinity, cacheReadTokens: "7" };
    const provider = scriptedProvider({
      turns: [
        using(
          { type: "usage", counts: "turn", usage: { ...(usage as object), cost: { usd: -1, basis: "billed" } } },
          { type: "usage", counts: "delta", usage: { outputTokens: 3 } },
        ),
      ],
    });
    expect((await take(provider).reply).usage).toEqual({ outputTokens: 3 });
  });

  it("leaves unknown what was not said", async () => {
    expect((await take(scriptedProvider({ turns: [fine] })).reply).usage).toBeUndefined();
  });
});
