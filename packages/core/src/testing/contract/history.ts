import assert from "node:assert/strict";
import type { Message } from "../../types.js";
import { type Behaviour, both, model } from "./behaviour.js";
import { answersByPath, asked, done, hello, readsTwo, result, sent } from "./conversation.js";
import { play } from "./turns.js";

/** What a vendor is sent. */
export const history: readonly Behaviour[] = [
  {
    name: "the request carries the model and the user's words",
    kinds: both,
    async run(open) {
      const stage = await open([done]);
      const seen = await sent(stage, [{ role: "user", text: "Write a haiku – 俳句." }]);
      assert.equal(seen.model, stage.model);
      assert(
        seen.messages.some((message) => message.role === "user" && message.text.includes("Write a haiku – 俳句.")),
      );
    },
  },
  {
    name: "the request carries the system text",
    kinds: both,
    async run(open) {
      const seen = await sent(await open([done]), [{ role: "user", text: "Hello." }]);
      const everything = [seen.system, ...seen.messages.map(({ text }) => text)].join("\n");
      assert(everything.includes("You are a careful engineer."), `No system text: ${everything}`);
    },
  },
  {
    name: "the request carries the tools and their schemas",
    kinds: model,
    async run(open) {
      const seen = await sent(await open([done]), [{ role: "user", text: "Hello." }]);
      assert.deepEqual(
        seen.tools.map(({ name }) => name),
        ["read_file", "list_files"],
      );
      assert(JSON.stringify(seen.tools[0]?.inputSchema).includes("Path of the file."), "The schema is lost.");
    },
  },
  {
    name: "tool results go back to the calls they belong to",
    kinds: model,
    async run(open) {
      const stage = await open([readsTwo, done]);
      const { message } = (await play(stage)).finish;
      const [first, second] = message.calls;
      assert(first && second, "Two calls were made.");
      const seen = await sent(stage, [hello, message, result(first, "text of a"), result(second, "text of b")]);
      assert.deepEqual(answersByPath(seen.messages), { a: "text of a", b: "text of b" });
    },
  },
  {
    name: "a failed call is marked as failed",
    kinds: model,
    async run(open) {
      const made = { id: "call_1", name: "read_file", input: { path: "a" } };
      const seen = await sent(await open([done]), [
        hello,
        asked(made),
        { ...result(made, "There is no a."), isError: true },
      ]);
      const failed = seen.messages.find(({ role }) => role === "tool");
      assert(
        failed?.role === "tool" && failed.isError && failed.text.includes("There is no a."),
        JSON.stringify(seen.messages),
      );
    },
  },
  {
    name: "a history made elsewhere is accepted",
    kinds: model,
    async run(open) {
      // Ids of other vendors and of recovered calls: long, with signs that some vendors refuse.
      const made = {
        id: `recovered-work:1/${"x".repeat(70)}`,
        name: "read_file",
        input: { path: "a" },
        recovered: "fenced-json",
      };
      const seen = await sent(await open([done]), [hello, asked(made), result(made, "text of a")]);
      assert.deepEqual(answersByPath(seen.messages), { a: "text of a" });
    },
  },
  {
    name: "broken arguments in the history are accepted",
    kinds: model,
    async run(open) {
      const made = { id: "call_1", name: "read_file", input: undefined, inputText: '{"path": ' };
      const seen = await sent(await open([done]), [hello, asked(made), { ...result(made, "No JSON."), isError: true }]);
      assert(seen.messages.some(({ role, text }) => role === "tool" && text.includes("No JSON.")));
    },
  },
  {
    name: "unicode and empty texts in the history are accepted",
    kinds: model,
    async run(open) {
      const made = { id: "call_1", name: "list_files", input: {} };
      const messages: Message[] = [
        { role: "user", text: "Grüße 👋\u0000 \u2028" },
        asked(made),
        result(made, ""),
        { role: "assistant", text: "", calls: [] },
      ];
      const seen = await sent(await open([done]), [...messages, { role: "user", text: "Go on." }]);
      assert(
        seen.messages.some(({ text }) => text.includes("Grüße 👋")),
        JSON.stringify(seen.messages),
      );
    },
  },
];
