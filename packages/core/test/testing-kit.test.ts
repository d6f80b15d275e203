import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { run } from "../src/process.js";
import {
  misbehavingCli,
  type Misbehaviour,
  replayProvider,
  scriptedProvider,
  temporaryRepository,
} from "../src/testing/index.js";
import type { Provider, TurnEvent, TurnRequest } from "../src/types.js";

const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const clean of cleanups.splice(0)) await clean();
});

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "aifactory-kit-"));
  cleanups.push(() => rm(path, { recursive: true, force: true }));
  return path;
}

async function take(provider: Provider, changes: Partial<TurnRequest> = {}): Promise<readonly TurnEvent[]> {
  const events: TurnEvent[] = [];
  const request: TurnRequest = {
    model: "m",
    system: "",
    messages: [{ role: "user", text: "Go." }],
    tools: [],
    cwd: tmpdir(),
    signal: new AbortController().signal,
    ...changes,
  };
  for await (const event of provider.turn(request)) events.push(event);
  return events;
}

const recorded = async (content: string): Promise<Provider> => {
  const file = join(await folder(), "turns.json");
  await writeFile(file, content);
  return replayProvider(file);
};

const start = async (misbehaviour: Misbehaviour, more: { input?: string; timeoutMs?: number } = {}) => {
  const program = await misbehavingCli(misbehaviour);
  cleanups.push(async () => program.remove());
  return run({ command: program.path, graceMs: 100, ...more });
};

/** A killed process that nobody has reaped yet does not run. */
async function runs(pid: number): Promise<boolean> {
  const state = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  if (state !== undefined) return !/\) Z/.test(state);
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe("scriptedProvider", () => {
  it("plays its turns and records what it was asked", async () => {
    const provider = scriptedProvider({
      turns: [
        {
          text: "Reading.",
          calls: [{ name: "read_file", input: { path: "a" } }],
          usage: { inputTokens: 5 },
          native: 7,
        },
        ({ messages }) => ({ text: `You said ${messages.length} things.` }),
      ],
    });
    const first = await take(provider);
    expect(first.map(({ type }) => type)).toEqual(["text", "tool-call", "usage", "finish"]);
    expect(first.at(-1)).toMatchObject({
      reason: { unified: "tool-calls" },
      message: {
        text: "Reading.",
        calls: [{ id: "scripted-1-1" }],
        native: { provider: "scripted", model: "m", data: 7 },
      },
    });
    expect((await take(provider)).at(-1)).toMatchObject({
      message: { text: "You said 1 things." },
      reason: { unified: "stop" },
    });
    expect(provider.requests).toHaveLength(2);
  });

  it("fails when it is asked for more than it has", async () => {
    const [finish] = await take(scriptedProvider({ turns: [] }));
    expect(finish).toMatchObject({
      reason: { unified: "error" },
      error: { code: "provider-broken", retryable: false },
    });
  });

  it("as an agent it writes files and says so", async () => {
    const cwd = await folder();
    const provider = scriptedProvider({ kind: "agent", turns: [{ text: "Done.", files: { "src/a.txt": "a" } }] });
    expect(await take(provider, { cwd })).toContainEqual({ type: "file-change", path: "src/a.txt", change: "update" });
    expect((await stat(join(cwd, "src/a.txt"))).size).toBe(1);
  });

  it("stalls until it is aborted", async () => {
    const controller = new AbortController();
    const provider = scriptedProvider({ turns: [{ text: "Half", stalls: true }] });
    setTimeout(() => controller.abort(), 20);
    const events = await take(provider, { signal: controller.signal });
    expect(events.at(-1)).toMatchObject({ reason: { unified: "aborted" }, message: { text: "Half" } });
  });
});

describe("replayProvider", () => {
  it("plays a recording and says that it is one", async () => {
    const provider = await recorded(
      '[{"text": "Hi.", "calls": [{"name": "finish", "input": {"summary": "x"}}]}, {"text": "Bye."}]',
    );
    expect(provider.name).toBe("replay");
    expect((await take(provider)).at(-1)).toMatchObject({
      reason: { unified: "tool-calls" },
      message: { text: "Hi.", calls: [{ id: "replay-1-1", name: "finish", input: { summary: "x" } }] },
    });
    expect((await take(provider)).at(-1)).toMatchObject({ message: { text: "Bye." } });
    await expect(provider.check?.({ model: "" })).resolves.toMatchObject({
      notes: ["This is a recording of 2 turns, not a model."],
    });
    await expect(provider.describe?.({ model: "" })).resolves.toMatchObject({ price: { input: 0, output: 0 } });
  });

  it("goes on where a reader left off at the finish", async () => {
    const provider = await recorded('[{"text": "One."}, {"text": "Two."}]');
    const request = { model: "", system: "", messages: [], tools: [], cwd: "", signal: new AbortController().signal };
    for await (const event of provider.turn(request)) if (event.type === "finish") break;
    expect((await take(provider)).at(-1)).toMatchObject({ message: { text: "Two." } });
  });

  it("ends with an error when the recording is over", async () => {
    const provider = await recorded("[]");
    expect(await take(provider)).toMatchObject([
      { type: "finish", error: { code: "provider-broken", message: expect.stringContaining("is over") } },
    ]);
  });

  it.for(["{", '[{"txt": "misspelt"}]'])(
    "a file that is no recording is an error with the reason: %s",
    async (content) => {
      const provider = await recorded(content);
      expect(await take(provider)).toMatchObject([
        { error: { code: "provider-broken", message: expect.stringContaining("turns.json") } },
      ]);
      await expect(provider.check?.({ model: "" })).rejects.toMatchObject({ code: "provider-broken" });
    },
  );
});

describe("temporaryRepository", () => {
  it("is a real repository that goes away", async () => {
    const repository = await temporaryRepository({
      files: { "a.txt": "a\n" },
      branch: "trunk",
      folder: "with a space",
    });
    const first = await repository.head();
    const second = await repository.commit("Change", { "b/c.txt": "c\n" });
    expect(second).not.toBe(first);
    expect(await repository.branches()).toEqual(["trunk"]);
    expect(await repository.read("b/c.txt")).toBe("c");
    expect(await repository.git("log", "-1", "--format=%an")).toBe("Ada");
    expect(await repository.status()).toBe("");
    await repository.write({ "new.txt": "" });
    expect(await repository.status()).toBe("?? new.txt");
    await repository.remove();
    await expect(stat(repository.path)).rejects.toThrow("ENOENT");
  });

  it("has no commit without files", async () => {
    const repository = await temporaryRepository({ files: {} });
    await expect(repository.head()).rejects.toMatchObject({ code: "git" });
    await repository.remove();
  });
});

describe("misbehavingCli", () => {
  it.for<[Misbehaviour, string]>([
    ["floods-stderr", "answer\n"],
    ["splits-characters", "日本語 👩‍👩‍👧 é\n"],
    ["leaves-stdout-open", "answer\n"],
  ])("%s, and is heard all the same", async ([misbehaviour, answer]) => {
    expect(await start(misbehaviour)).toMatchObject({ exitCode: 0, stdout: answer });
  });

  it("exits-3", async () => {
    expect(await start("exits-3")).toMatchObject({ exitCode: 3, stderr: "it broke\n" });
  });

  it("reads-stdin", async () => {
    expect(await start("reads-stdin", { input: "x" })).toMatchObject({ exitCode: 0, stdout: "answer\n" });
  });

  it("prints-a-long-line", async () => {
    const { stdout, truncated } = await start("prints-a-long-line");
    expect(truncated).toBe(true);
    expect(stdout.endsWith("answer\n")).toBe(true);
  });

  it.for<Misbehaviour>(["hangs", "ignores-sigterm", "answers-and-stays"])(
    "%s until it is stopped",
    async (misbehaviour) => {
      expect(await start(misbehaviour, { timeoutMs: 500 })).toMatchObject({ stopped: "timeout" });
    },
  );

  it("asks-for-a-login, to nobody", async () => {
    expect(await start("asks-for-a-login")).toMatchObject({
      exitCode: 1,
      stdout: expect.stringContaining("not logged in"),
    });
  });

  it("leaves-a-session, which is swept up", async () => {
    const pid = Number((await start("leaves-a-session")).stdout);
    expect(pid).toBeGreaterThan(1);
    await expect.poll(() => runs(pid), { timeout: 10_000 }).toBe(false);
  });
});
