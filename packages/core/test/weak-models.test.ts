import { describe, expect, it } from "vitest";
import { type Outcome, runTask, type TaskSpec } from "@aifactory/core";
import { type Script, type ScriptedProvider, scriptedProvider } from "@aifactory/core/testing";
import { done, workbench, write } from "./workbench.js";

// Weak models as they are met, played by a script through the whole loop: the file is written, or the end is honest.

const bench = workbench();

const call = JSON.stringify({
  name: "write_file",
  arguments: { path: "new.py", content: 'def f():\n    return "it\'s {1}"\n' },
});
const written = `def f():\n    return "it's {1}"`;
const read: Script = { calls: [{ name: "read_file", input: { path: "app.py" } }] };

async function play(
  turns: readonly Script[],
  spec: Partial<TaskSpec> = {},
): Promise<{ outcome: Outcome; provider: ScriptedProvider }> {
  const provider = scriptedProvider({ turns });
  const outcome = await runTask(
    { repo: bench.repository.path, prompt: "Add new.py", model: "scripted:weak", ...spec },
    { providers: [provider], worktreeRoot: bench.worktreeRoot },
  );
  return { outcome, provider };
}

const rules = ({ nudges }: Outcome): string[] => nudges.map(({ rule, level }) => `${rule} ${level}`);
const lastSaid = ({ requests }: ScriptedProvider, turn: number): string => {
  const message = requests[turn]?.messages.at(-1);
  return message?.role === "user" ? message.text : "";
};

describe("a model that describes its calls", () => {
  const shapes: readonly (readonly [shape: string, text: string])[] = [
    ["in a tag", `I will write("new.py") the file.\n<tool_call>\n${call}\n</tool_call>`],
    ["in a fence", `\`\`\`json\n${call}\n\`\`\``],
    ["bare", call],
    [
      "as a function tag",
      `<function=write_file>${JSON.stringify({ path: "new.py", content: `${written}\n` })}</function>`,
    ],
  ];
  for (const [shape, text] of shapes) {
    it(`${shape} gets its file written, byte for byte, and the outcome says how`, async () => {
      const { outcome } = await play([{ text }, done]);
      expect(outcome).toMatchObject({ status: "ready", recovered: [{ name: "write_file" }] });
      expect(await bench.repository.read("new.py", outcome.branch)).toBe(written);
    });
  }

  it("in a way that can't be read is told the shape, and nothing is run", async () => {
    const { outcome, provider } = await play([
      { text: '<tool_call>\n{"name": "write_file", "arguments": {"path": "new.py"}}\n</tool_call>' },
      write("new.py"),
      done,
    ]);
    expect(rules(outcome)).toEqual(["near-miss 1"]);
    expect(lastSaid(provider, 1)).toContain("nothing was run");
    expect(outcome.status).toBe("ready");
  });

  it("of a tool that was not offered runs nothing", async () => {
    const { outcome } = await play([
      { text: JSON.stringify({ name: "delete_everything", arguments: {} }) },
      done,
      done,
      done,
      done,
      done,
    ]);
    expect(outcome).toMatchObject({ status: "stalled", recovered: [] });
  });
});

describe("a model that only reads", () => {
  const reads = (count: number): Script[] =>
    Array.from({ length: count }, (_, index) => ({
      calls: [{ name: "search_files", input: { pattern: `p${index}` } }],
    }));

  it("may explore for a while, then is nudged to write, and writes", async () => {
    const { outcome, provider } = await play([...reads(8), write("new.py"), done]);
    expect(rules(outcome)).toEqual(["only-reading 1"]);
    expect(lastSaid(provider, 8)).toContain("write_file");
    expect(outcome.status).toBe("ready");
  });

  it("for ever ends as stalled, with its reading tools taken away on the way", async () => {
    const { outcome, provider } = await play(reads(60));
    expect(outcome).toMatchObject({
      status: "stalled",
      review: "none",
      error: { code: "stalled", message: expect.stringContaining("kept reading") },
    });
    expect(rules(outcome)).toEqual(["only-reading 1", "only-reading 2", "only-reading 3"]);
    expect(provider.requests.some(({ tools }) => !tools.some(({ name }) => name === "read_file"))).toBe(true);
    expect(provider.requests.length).toBeLessThan(40);
  });
});

describe("a model that repeats itself", () => {
  it("is told after the third same call with the same result, then loses the tool, then the run ends", async () => {
    const { outcome, provider } = await play(Array.from({ length: 20 }, () => read));
    expect(outcome).toMatchObject({ status: "stalled", error: { message: expect.stringContaining("same call") } });
    expect(rules(outcome)).toEqual(["repeating 1", "repeating 2", "repeating 3"]);
    const offersReading = provider.requests.map(({ tools }) => tools.some(({ name }) => name === "read_file"));
    expect(offersReading).toEqual([true, true, true, true, true, false, true]);
    expect(provider.requests.length).toBeLessThan(12);
  });

  it("is left alone when it runs the tests again after an edit", async () => {
    const test: Script = { calls: [{ name: "run_command", input: { command: "echo 1 passed" } }] };
    const edit = (n: number): Script => ({
      calls: [{ name: "write_file", input: { path: "new.py", content: `${n}\n` } }],
    });
    const { outcome } = await play([edit(1), test, edit(2), test, edit(3), test, edit(4), test, edit(5), test, done]);
    expect(outcome).toMatchObject({ status: "ready", nudges: [] });
  });

  it("is left alone when the result of the same call changes", async () => {
    const tick: Script = { calls: [{ name: "run_command", input: { command: "date +%N" } }] };
    const { outcome } = await play([write("new.py"), tick, tick, tick, tick, tick, done]);
    expect(outcome).toMatchObject({ status: "ready", nudges: [] });
  });
});

describe("a model that answers instead of working", () => {
  const prose: readonly (readonly [what: string, turn: Script, rule: string])[] = [
    ["code in prose", { text: "Here it is:\n```python\nx = 2\n```\nPut that into new.py." }, "code-in-text 1"],
    ["an announcement", { text: "The file has one line. Now I will create new.py." }, "announcing 1"],
    ["nothing", { text: " " }, "empty 1"],
    ["a reply that was cut off", { text: "def f(", reason: "length" }, "cut-off 1"],
    ["a claim that it is done", { text: "All done!" }, "nothing-written 1"],
    ["finish", done, "nothing-written 1"],
  ];
  for (const [what, turn, rule] of prose) {
    it(`(${what}) is nudged, and then does it`, async () => {
      const { outcome } = await play([turn, write("new.py"), done]);
      expect([rules(outcome), outcome.status]).toEqual([[rule], "ready"]);
    });

    it(`(${what}) again and again ends as stalled, never as a success`, async () => {
      const { outcome, provider } = await play(Array.from({ length: 12 }, () => turn));
      expect(outcome).toMatchObject({ status: "stalled", review: "none" });
      expect(provider.requests.length).toBeLessThan(6);
    });
  }

  it("is not nudged after finished work", async () => {
    const { outcome } = await play([write("new.py"), { text: "I added new.py. Let me know if you need more." }]);
    expect(outcome).toMatchObject({ status: "ready", nudges: [] });
  });

  it("does not count a failed write as a write", async () => {
    const failing: Script = { calls: [{ name: "write_file", input: { path: "../out.py", content: "x" } }] };
    const { outcome } = await play([failing, done, write("new.py"), done]);
    expect([rules(outcome), outcome.status]).toEqual([["nothing-written 1"], "ready"]);
  });

  it("is nudged as often as the spec says", async () => {
    const { outcome } = await play([{ text: "All done!" }, { text: "All done!" }], {
      nudges: { "nothing-written": 1 },
    });
    expect([rules(outcome), outcome.status]).toEqual([["nothing-written 1"], "stalled"]);
  });
});
