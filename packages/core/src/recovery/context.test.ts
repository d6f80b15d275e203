import { describe, expect, it } from "vitest";
import { recoverToolCalls, type OfferedTool } from "./index.js";

const inputSchema = { type: "object", properties: { command: { type: "string" } }, required: ["command"] };
const plain: readonly OfferedTool[] = [{ name: "shell", inputSchema }];
const strict: readonly OfferedTool[] = [{ name: "shell", inputSchema, effect: "execute" }];
const json = '{"name": "shell", "arguments": {"command": "npm test"}}';
const nested = "<function=shell>\n<parameter=command>\nnpm test\n</parameter>\n</function>";
const written = [
  json,
  `<tool_call>\n${json}\n</tool_call>`,
  nested,
  `<tool_call>\n${nested}\n</tool_call>`,
  `\`\`\`json\n${json}\n\`\`\``,
];

/** How many calls are made of a reply in which `@` stands for a call, for each way to write it. */
function counts(reply: string, tools: readonly OfferedTool[]): readonly number[] {
  return written.map(
    (call) =>
      recoverToolCalls(
        reply.replaceAll("@", () => call),
        tools,
      ).calls.length,
  );
}

describe("quotation marks around a call of several lines", () => {
  it.each([
    ['"@" is what it prints.'],
    ["The page shows “@”."],
    ['The log has "@".'],
    ["Its text:\n'\n@\n'\nNothing else."],
    ['"\n@\n"'],
  ])("make it a quotation: %j", (reply) => {
    // A fence has lines of its own: none begins right behind a quotation mark.
    for (const tools of [plain, strict]) expect(counts(reply, tools).slice(0, 4)).toEqual([0, 0, 0, 0]);
  });

  it.each([['He wants "yes".\n@\n"No" would be wrong.'], ["For the users'\n@\n'k."], ['I write "it"\n@\n']])(
    "do not, where they belong to words in front of it or behind it: %j",
    (reply) => {
      expect(counts(reply, plain)).toEqual([1, 1, 1, 1, 1]);
    },
  );
});

describe("a call that is talked about", () => {
  it.each([
    // What something contains.
    ["The test fixture `call.json` contains:\n\n@\n\nIt is loaded in a test."],
    ["README.md contains:\n\n# Usage\n\n@\n\n## License\nMIT"],
    ["The file, as committed, reads:\n@"],
    ["Here are the first lines of prompt.txt:\n@"],
    ["The first record in data.jsonl is @"],
    ["This snippet is from the docs:\n\n@"],
    ["src/index.ts:88: @"],
    ["grep output:\nsrc/a.ts:12: @\nsrc/b.ts:3: @"],
    ["2026-03-01 10:00:01 INFO agent: @"],
    ["The server log shows:\n@"],
    ["stdout was:\n@"],
    ["The raw reply was:\n@"],
    // What somebody said.
    ["The user message was:\n<user>\n@\n</user>"],
    ["User: what does this do?\nAssistant: @"],
    ["Somebody put this into the issue:\n@"],
    ["The web page told me to run:\n@"],
    ["An attacker could put @ into the page."],
    // How one is written.
    ["Other models answer in this shape:\n\n@"],
    ["Here's how you'd call it yourself:\n\n@"],
    ["Here’s how you’d call it yourself:\n\n@"],
    ["A valid reply would be:\n@"],
    ["## Usage\n\n@"],
    ["The general pattern is\n@"],
    ["Paste this into the config:\n@"],
    // A plan, a condition, a question for leave, a refusal.
    ["No tool is needed. (A call would have been @.)"],
    ["I'd send @ if you agree."],
    ["One option is:\n@"],
    ["You'll need to run:\n@"],
    ["If you want me to write it, I will send:\n@\nJust say so."],
    ["Once the tests pass, I'll run:\n@"],
    ["With your okay, I’d send:\n@"],
    ["Is this okay?\n@"],
    ["I won't run this:\n@"],
    ["I could've run @ instead."],
    ["I'm not sure whether to run\n@"],
    ["Perhaps try:\n@"],
    ["For your approval:\n@"],
    // What was done.
    ["I went ahead and ran:\n@"],
    ["It was fixed by\n@"],
    ["Executed calls:\n- @"],
    ["Here is what I did:\n1. @\n2. @\nBoth succeeded."],
    ["Steps taken:\n- @ (it passed)\n- @"],
    ["I’ve already sent:\n@"],
    ["My last call was:\n@"],
  ])("is not made: %j", (reply) => {
    for (const tools of [plain, strict]) expect(counts(reply, tools)).toEqual([0, 0, 0, 0, 0]);
  });

  it.each([
    ["The question is\n@\nor not."],
    ["A quiet place and the wide sea:\n@"],
    ["What is in there?\n@"],
    ["I use @ and it passes."],
    ["I run it:\n@\nShall I continue?"],
  ])("runs no command, where its sentence does not lead to it: %j", (reply) => {
    expect(counts(reply, strict)).toEqual([0, 0, 0, 0, 0]);
  });
});

describe("a call that is announced", () => {
  it.each([
    "I'll use the tool to see what the file contains:",
    "I’ll check what the log says first:",
    "I will write the file with the content you gave me:",
    "I need to find the template that renders the page:",
    "I've found the bug, so I'll fix it now:",
    "I tried the wrong path, so let me try the right one:",
    "I made an error in my last call; here is the corrected one:",
    "Let me look at what the user wrote:",
    "Let's see what the output was:",
    "Now I will write the file:",
    "Now that the file has been written, I run the tests:",
    "Next, the tests:",
    "The file contains a typo, so I will fix it:",
    "The user asked me to run the tests:",
    "The next step is to run the tests:",
    "The command to run is:",
    "Here is the function call to run the tests:",
    "This will show us what the file contains:",
    "To see what the file contains, I will read it:",
    "If the file is there I can read it, so let me look:",
    "In that case I'll run the tests:",
    "Thanks for the confirmation. I will send it now:",
    "The log shows an error. Let me look:",
    "**Running the tests**",
    "### Step 1: run the tests",
    "1. Run the tests:",
    "Writing the example to disk:",
    "Tool call:",
    "Tool use:",
    "It's time to run the tests:",
    "As a first step, I'll list the files:",
    "I am now going to run the script:",
    "I'd like to see the file first:",
    "Je lance les tests :",
    "我来运行测试：",
  ])("is made behind: %s", (before) => {
    for (const tools of [plain, strict]) expect(counts(`${before}\n\n@`, tools)).toEqual([1, 1, 1, 1, 1]);
  });

  it("counts for itself: the words of the call before it are none in front of it", () => {
    const tools = [{ name: "note", inputSchema: { type: "object", properties: { words: { type: "string" } } } }];
    const call = '{"name": "note", "arguments": {"words": "the file contains"}}';
    expect(recoverToolCalls(`Noting. ${call} ${call}`, tools).calls).toHaveLength(2);
  });
});
