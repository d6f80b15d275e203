import type { Message, ToolMessage } from "@aifactory/core";
import { calls, type Scene, says, thinks } from "@aifactory/core/testing";
import { describe, expect, it } from "vitest";
import { opened } from "./seal.js";
import { finishOf, play, sent } from "./stage.js";
import type { GeminiBody } from "./wire.js";

const hello: Message = { role: "user", text: "Read both." };
const readsTwo: Scene = {
  id: "reads-two",
  parts: [
    thinks("I need both.", "sig-1"),
    says("I ", "read."),
    calls("call_a", "read_file", { path: "a" }),
    calls("call_b", "read_file", { path: "b" }),
  ],
};
const readsOne: Scene = { id: "reads-one", parts: [calls("call_c", "read_file", { path: "c" })] };
const answers: Scene = { id: "answers", parts: [thinks("That was it.", "sig-2"), says("Done.")] };
const done: Scene = { id: "done", parts: [says("Done.")] };

function result(callId: string, changes: Partial<ToolMessage> = {}): ToolMessage {
  return { role: "tool", callId, name: "read_file", text: `text of ${callId}`, isError: false, ...changes };
}

function partsOf({ contents = [] }: GeminiBody, at: number) {
  return contents.at(at)?.parts ?? [];
}

describe("thought signatures", () => {
  it("go back unchanged and in their place, over many steps", async () => {
    const { turns, bodies } = await play([readsTwo, readsOne, answers, done], (said, turn) => ({
      messages: [hello, ...said, ...(turn === 3 ? [{ role: "user", text: "Thanks." } as const] : [])],
    }));
    expect(turns.map((events) => finishOf(events).error)).toEqual([undefined, undefined, undefined, undefined]);
    const last = bodies.at(-1) ?? {};
    expect(partsOf(last, 1)).toEqual([
      { text: "I need both.", thought: true },
      { text: "I read." },
      {
        functionCall: { id: "call_a", name: "read_file", args: { path: "a" } },
        thoughtSignature: expect.any(String),
      },
      { functionCall: { id: "call_b", name: "read_file", args: { path: "b" } } },
    ]);
    expect(opened(partsOf(last, 3)[0]?.thoughtSignature)).toMatchObject({ model: "gemini-3.8-flash" });
    expect(partsOf(last, 5).map(({ text }) => text)).toEqual(["That was it.", "Done.", ""]);
    expect(opened(partsOf(last, 5)[2]?.thoughtSignature)).toMatchObject({ signature: "sig-2" });
  });

  it("are replaced by the vendor's stand-in on calls of another model", async () => {
    const made = {
      role: "assistant",
      text: "",
      calls: [{ id: "x/1", name: "read_file", input: { path: "a" } }],
    } as const;
    const body = await sent({ messages: [hello, made, result("x/1")] });
    expect(partsOf(body, 1)).toEqual([
      {
        functionCall: { id: "x/1", name: "read_file", args: { path: "a" } },
        thoughtSignature: "skip_thought_signature_validator",
      },
    ]);
    const older = await sent({ model: "gemini-2.5-pro", messages: [hello, made, result("x/1")] });
    expect(partsOf(older, 1)[0]).not.toHaveProperty("thoughtSignature");
  });

  it("stay away when the message was changed since", async () => {
    const { bodies } = await play([readsTwo, done], (said) => {
      const [message, ...results] = said;
      if (message?.role !== "assistant") return { messages: [hello] };
      return { messages: [hello, { ...message, calls: message.calls.slice(1) }, ...results.slice(1)] };
    });
    expect(JSON.stringify(bodies[1])).not.toContain("I need both.");
    expect(partsOf(bodies[1] ?? {}, 1).map(({ functionCall }) => functionCall?.id)).toEqual([undefined, "call_b"]);
  });

  it.each<[string, { readonly text?: string }, object]>([
    ["its text was changed", { text: "I wrote." }, {}],
    ["its envelope is of a version that nobody knows", {}, { data: { parts: [null, { blob: "c2VjcmV0" }] } }],
    ["its envelope is of no form at all", {}, { data: null }],
  ])("stay away when %s", async (_what, changes, envelope) => {
    const { turns, bodies } = await play([readsTwo, done], ([message, ...results]) => {
      if (message?.role !== "assistant" || !message.native) return { messages: [hello] };
      return { messages: [hello, { ...message, ...changes, native: { ...message.native, ...envelope } }, ...results] };
    });
    expect(finishOf(turns[1] ?? []).error).toBeUndefined();
    const [text, ...made] = partsOf(bodies[1] ?? {}, 1);
    expect(text).toEqual({ text: changes.text ?? "I read." });
    expect(made.map(({ thoughtSignature }) => thoughtSignature)).toEqual([
      "skip_thought_signature_validator",
      undefined,
    ]);
  });
});

describe("results of calls", () => {
  it("stand in one content, by id, and what the user says then in the next", async () => {
    const { bodies } = await play([readsTwo, done], (said) => ({
      messages: [hello, ...said, ...(said.length > 0 ? [{ role: "user", text: "Hurry." } as const] : [])],
    }));
    const { contents = [] } = bodies[1] ?? {};
    expect(contents.map(({ role }) => role)).toEqual(["user", "model", "user", "user"]);
    expect(contents[2]?.parts).toEqual(
      ["call_a", "call_b"].map((id) => ({
        functionResponse: { id, name: "read_file", response: { output: `result of ${id}` } },
      })),
    );
  });

  it("are in the order of the calls where the vendor gives no ids, and ours are not sent", async () => {
    const { turns, bodies } = await play([readsTwo, done], (said) => {
      const [message, one, other] = said;
      const shuffled = message && one && other ? [message, other, one] : [];
      return { model: "gemini-2.5-flash", messages: [hello, ...shuffled] };
    });
    const ids = finishOf(turns[0] ?? []).message.calls.map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
    expect(finishOf(turns[1] ?? []).error).toBeUndefined();
    expect(partsOf(bodies[1] ?? {}, 2)).toEqual(
      ids.map((id) => ({ functionResponse: { name: "read_file", response: { output: `result of ${id}` } } })),
    );
  });

  it("say when a call failed, and always say something", async () => {
    const made = { role: "assistant", text: "", calls: [{ id: "1", name: "read file!", input: null }] } as const;
    const failed = result("1", { name: "read file!", text: "", isError: true });
    const body = await sent({ messages: [hello, made, failed] });
    expect(partsOf(body, 1)[0]?.functionCall).toEqual({ id: "1", name: "read_file_", args: {} });
    expect(partsOf(body, 2)[0]?.functionResponse?.response).toEqual({ error: "(empty)" });
  });
});

describe("a conversation", () => {
  it("goes on from a paused answer with its token, as it was before that answer", async () => {
    const paused: Scene = { id: "paused", parts: [says("Half ")], stop: "pause" };
    const { turns, bodies } = await play([paused, paused, done], (said) => ({ messages: [hello, ...said] }));
    expect(turns.map((events) => finishOf(events).reason.unified)).toEqual(["pause", "pause", "stop"]);
    for (const { contents } of bodies) expect(contents).toEqual([{ role: "user", parts: [{ text: "Read both." }] }]);
    expect(bodies.map(({ continuationToken }) => continuationToken !== undefined)).toEqual([false, true, true]);
  });

  it("asks another model to go on in words", async () => {
    const paused: Scene = { id: "paused", parts: [says("Half ")], stop: "pause" };
    const { turns, bodies } = await play([paused, done], (said, turn) => ({
      model: turn === 0 ? "gemini-3.8-flash" : "gemini-4-argon",
      messages: [hello, ...said],
    }));
    expect(finishOf(turns[1] ?? []).error).toBeUndefined();
    expect(bodies[1]?.contents?.map(({ role }) => role)).toEqual(["user", "model", "user"]);
    expect(bodies[1]).not.toHaveProperty("continuationToken");
  });

  it("keeps neighbours of one role together and half characters out", async () => {
    const nothing = { role: "assistant", text: " ", calls: [] } as const;
    const body = await sent({ messages: [{ role: "user", text: "" }, nothing, { role: "user", text: "cut \ud83d" }] });
    expect(body.contents).toEqual([{ role: "user", parts: [{ text: "(empty)" }, { text: "cut \ufffd" }] }]);
  });
});
