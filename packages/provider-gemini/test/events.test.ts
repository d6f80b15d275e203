import type { TurnEvent } from "@aifactory/core";
import { describe, expect, it } from "vitest";
import { type Chunk, readAnswer } from "../src/events.js";
import { finishOf } from "./stage.js";

/** Reads chunks as they come over the wire. */
function read(chunks: readonly object[], isAborted = false, isGoogle = true): TurnEvent[] {
  const answer = readAnswer("gemini-3.1-pro-preview", isGoogle);
  const told = chunks.flatMap((piece) => [...answer.read(piece as Chunk)]);
  return [...told, ...answer.finish(isAborted)];
}

function chunk(parts: readonly object[], finishReason?: string): object {
  return { candidates: [{ content: { role: "model", parts }, ...(finishReason && { finishReason }) }] };
}

const call = { functionCall: { id: "1", name: "read_file", args: { path: "a" } } };

describe("the end of an answer", () => {
  it.each([
    ["STOP", "stop"],
    ["MAX_TOKENS", "length"],
    ["CONTINUATION", "pause"],
    ["SAFETY", "content-filter"],
    ["RECITATION", "content-filter"],
    ["BLOCKLIST", "content-filter"],
    ["PROHIBITED_CONTENT", "content-filter"],
    ["SPII", "content-filter"],
    ["LANGUAGE", "other"],
    ["OTHER", "other"],
    ["SOMETHING_NEW", "other"],
  ])("%s is %s", (raw, unified) => {
    expect(finishOf(read([chunk([{ text: "Hm." }], raw)])).reason).toEqual({ unified, raw });
  });

  it.each(["SAFETY", "BLOCKLIST", "PROHIBITED_CONTENT", "OTHER"])(
    "a prompt blocked for %s is content-filter",
    (raw) => {
      const { reason, error } = finishOf(read([{ promptFeedback: { blockReason: raw } }]));
      expect({ reason, error }).toEqual({ reason: { unified: "content-filter", raw }, error: undefined });
    },
  );

  it("is tool-calls when calls were made", () => {
    const { reason, message } = finishOf(read([chunk([call]), chunk([], "STOP")]));
    expect(reason).toEqual({ unified: "tool-calls", raw: "STOP" });
    expect(message.calls).toEqual([{ id: "1", name: "read_file", input: { path: "a" } }]);
  });

  it.each([
    ["no chunk at all", []],
    ["an empty list of candidates", [{ candidates: [] }]],
    ["a candidate that does not finish", [chunk([{ text: "Half" }]), chunk([call])]],
  ])("is missing: %s is cut-stream, without calls", (_what, chunks) => {
    const { reason, error, message } = finishOf(read(chunks));
    expect([reason.unified, error?.code, message.calls]).toEqual(["error", "cut-stream", []]);
  });

  it.each(["MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS"])(
    "%s is told of, and no answer",
    (raw) => {
      const events = read([{ candidates: [{ finishReason: raw }] }]);
      expect(finishOf(events).reason).toEqual({ unified: "other", raw });
      expect(events[0]).toMatchObject({ type: "notice", code: raw.toLowerCase() });
    },
  );

  it("takes back the calls of an answer that was refused", () => {
    const { message } = finishOf(read([chunk([{ text: "Well." }, call]), chunk([], "SAFETY")]));
    expect(message).toEqual({ role: "assistant", text: "Well.", calls: [] });
  });

  it("counts when the turn is aborted after it", () => {
    expect(finishOf(read([chunk([{ text: "Done." }], "STOP")], true)).reason.unified).toBe("stop");
    expect(finishOf(read([chunk([{ text: "Half" }])], true)).reason.unified).toBe("aborted");
  });
});

describe("parts", () => {
  it("of a kind that nobody knows are raw, as are chunks that say nothing", () => {
    const events = read([chunk([{ hologram: 1 }]), { responseId: "x" }, chunk([], "STOP")]);
    expect(events.filter(({ type }) => type === "raw")).toHaveLength(2);
  });

  it("that are signed stay apart, others become one", () => {
    const texts = [
      { text: "a" },
      { text: "b" },
      { text: "c", thoughtSignature: "s" },
      { text: "d" },
      { text: "", thoughtSignature: "t" },
    ];
    const { message } = finishOf(read([...texts.map((part) => chunk([part])), chunk([], "STOP")]));
    expect(message.text).toBe("abcd");
    expect(message.native?.data).toEqual({
      parts: [{ text: "ab" }, { text: "c", thoughtSignature: "s" }, { text: "d" }, { text: "", thoughtSignature: "t" }],
    });
  });

  it("that say all there is leave nothing in the envelope", () => {
    expect(finishOf(read([chunk([{ text: "a" }], "STOP")])).message).not.toHaveProperty("native");
    // Google may give a token on the way, against broken connections; a whole answer has no use for it.
    const onTheWay = { candidates: [{ continuationToken: "dG9rZW4=" }] };
    expect(finishOf(read([onTheWay, chunk([{ text: "a" }], "STOP")])).message).not.toHaveProperty("native");
  });

  it("make calls with an id of their own, given or not", () => {
    const { id: _id, ...bare } = call.functionCall;
    const parts = [call, call, { functionCall: bare }, { functionCall: { ...bare, id: "" } }];
    const { calls } = finishOf(read([chunk(parts, "STOP")])).message;
    expect(calls[0]?.id).toBe("1");
    expect(new Set(calls.map(({ id }) => id)).size).toBe(4);
  });
});

describe("usage", () => {
  it("is the answer's total so far, thoughts in the output, cached tokens in the input", () => {
    const counts = {
      promptTokenCount: 1_100,
      cachedContentTokenCount: 900,
      candidatesTokenCount: 40,
      thoughtsTokenCount: 30,
    };
    const chunks = [{ promptTokenCount: 1_100, candidatesTokenCount: 1 }, counts].map((usageMetadata) => ({
      usageMetadata,
    }));
    const told = read([...chunks, chunk([], "STOP")]).filter((event) => event.type === "usage");
    expect(told.map(({ counts: scope }) => scope)).toEqual(["turn", "turn"]);
    expect(told[1]?.usage).toEqual({ inputTokens: 1_100, cacheReadTokens: 900, outputTokens: 70, reasoningTokens: 30 });
  });

  it("costs more for a long prompt, where Google is paid", () => {
    const usageMetadata = { promptTokenCount: 300_000, cachedContentTokenCount: 100_000, candidatesTokenCount: 1_000 };
    const costOf = (isGoogle: boolean) =>
      read([{ usageMetadata }], false, isGoogle).find((event) => event.type === "usage");
    expect(costOf(true)?.usage.cost).toEqual({ usd: 0.858, basis: "estimated" });
    expect(costOf(false)?.usage).not.toHaveProperty("cost");
  });
});
