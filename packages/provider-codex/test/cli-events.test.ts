import { describe, expect, it } from "vitest";
import { done, read, recorded, session } from "./cli-session.js";

describe("a session of Codex", () => {
  it("tells its tools, its files, its thoughts and what it used", async () => {
    const { events, finish } = await recorded("writes");
    const cat = { cmd: "/bin/bash -c 'cat README.md'" };
    const exit = { cmd: "/bin/bash -c 'exit 3'" };
    const changes = [{ path: "/repo/made.txt", kind: { type: "add" }, diff: "made\n" }];
    const usage = {
      cacheWriteTokens: 0,
      inputTokens: 1_100,
      cacheReadTokens: 900,
      outputTokens: 70,
      reasoningTokens: 30,
    };
    expect(events).toEqual([
      { type: "thinking", text: "Let me see." },
      { type: "text", text: "I " },
      { type: "text", text: "write it." },
      { type: "tool-call", call: { id: "call_run", name: "exec_command", input: cat }, effect: "read" },
      { type: "tool-result", callId: "call_run", text: "hello\n", isError: false },
      { type: "tool-call", call: { id: "call_write", name: "apply_patch", input: { changes } }, effect: "write" },
      { type: "tool-result", callId: "call_write", text: "completed", isError: false },
      { type: "file-change", path: "made.txt", change: "add" },
      { type: "tool-call", call: { id: "call_exit", name: "exec_command", input: exit }, effect: "execute" },
      { type: "usage", counts: "turn", usage },
      { type: "tool-result", callId: "call_exit", text: "", isError: true },
      { type: "text", text: "\n\nDone." },
      {
        type: "usage",
        counts: "turn",
        usage: { ...usage, inputTokens: 2_200, cacheReadTokens: 1_800, outputTokens: 140, reasoningTokens: 60 },
      },
      finish,
    ]);
    expect(finish).toEqual({
      type: "finish",
      reason: { unified: "stop", raw: "completed" },
      message: { role: "assistant", text: "I write it.\n\nDone.", calls: [] },
      servedModel: "gpt-5.5",
    });
  });

  it("tells the tools that a script of its model uses", async () => {
    const { events } = await recorded("code-mode");
    const told = events.flatMap((event) => (event.type === "tool-call" ? [event.call.name] : []));
    expect(told).toEqual(["exec_command", "apply_patch"]);
    expect(events).toContainEqual({ type: "file-change", path: "made.txt", change: "add" });
  });

  it("tells a file that moved as one gone and one come", async () => {
    const { events } = await recorded("patches");
    expect(events.filter(({ type }) => type === "file-change")).toEqual([
      { type: "file-change", path: "a.txt", change: "delete" },
      { type: "file-change", path: "b.txt", change: "add" },
      { type: "file-change", path: "c.txt", change: "delete" },
    ]);
  });

  it("tells another model than asked for", async () => {
    const { events, finish } = await recorded("rerouted");
    expect(finish.servedModel).toBe("gpt-9");
    expect(events).toContainEqual(expect.objectContaining({ type: "notice", code: "model-change" }));
  });

  it("tells that the folder's own settings are left alone", async () => {
    const { events } = await recorded("untrusted");
    const warning = { type: "notice", code: "warning", message: expect.stringContaining("marked as untrusted") };
    expect(events).toContainEqual(warning);
  });
});

describe("what a session of Codex is not taken for", () => {
  it("a turn of an agent that it started is not ours", () => {
    const others = [
      { method: "item/agentMessage/delta", params: { threadId: "t2", itemId: "m", delta: "Mine." } },
      { method: "turn/completed", params: { threadId: "t2", turn: { status: "completed" } } },
    ];
    const { events, finish } = read(session(...others, done));
    expect(events.map(({ type }) => type)).toEqual(["raw", "raw", "finish"]);
    expect(finish.message.text).toBe("");
  });

  it("an interrupted turn is no answer", () => {
    const end = { method: "turn/completed", params: { threadId: "t1", turn: { status: "interrupted", error: null } } };
    expect(read(session(end)).finish).toMatchObject({ reason: { unified: "error", raw: "interrupted" } });
  });

  it("a change outside of the folder is none in it, and a denied tool did nothing", () => {
    const change = (id: string, path: string, status: string): object => {
      const item = { type: "fileChange", id, status, changes: [{ path, kind: { type: "update" } }] };
      return { method: "item/completed", params: { threadId: "t1", item } };
    };
    const { events } = read(session(change("1", "/etc/hosts", "completed"), change("2", "/repo/a", "declined"), done));
    expect(events.map((event) => (event.type === "notice" ? event.code : event.type))).toEqual([
      "tool-call",
      "tool-result",
      "outside-folder",
      "tool-call",
      "tool-result",
      "permission-denied",
      "finish",
    ]);
  });

  it("what is told whole and was not streamed is said all the same", () => {
    const item = { type: "agentMessage", id: "m1", text: "Hello." };
    const thought = { type: "reasoning", id: "r1", summary: ["Let me", "see."], content: [] };
    const whole = [thought, item].map((told) => ({ method: "item/completed", params: { threadId: "t1", item: told } }));
    const { events, finish } = read(session(...whole, done));
    expect(events).toContainEqual({ type: "thinking", text: "Let me\n\nsee." });
    expect(finish.message.text).toBe("Hello.");
  });

  it("an item that is not known is kept", () => {
    const item = { type: "song", id: "s1" };
    const { events } = read(session({ method: "item/completed", params: { threadId: "t1", item } }, done));
    expect(events[0]).toEqual({ type: "raw", value: item });
  });
});
