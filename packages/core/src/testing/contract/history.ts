import assert from "node:assert/strict";
import type { AssistantMessage, Message, ToolCall } from "../../types.js";
import { calls as call, type Scene, says, thinks } from "../scenes.js";
import type { OpenStage, SeenMessage, SeenRequest, Stage } from "../stage.js";
import { type Behaviour, both, model } from "./behaviour.js";
import { play, type Played } from "./turns.js";

const done: Scene = { id: "done", parts: [says("Done.")] };
const readsTwo: Scene = {
  id: "reads-two",
  parts: [
    thinks("I need both.", "sig-42"),
    call("call_a", "read_file", { path: "a" }),
    call("call_b", "read_file", { path: "b" }),
  ],
};

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
        seen.messages.some(
          (message) => message.role === "user" && message.text.includes("Write a haiku – 俳句."),
        ),
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
      assert(
        JSON.stringify(seen.tools[0]?.inputSchema).includes("Path of the file."),
        "The schema is lost.",
      );
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
      const seen = await sent(stage, [
        hello,
        message,
        result(first, "text of a"),
        result(second, "text of b"),
      ]);
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
    name: "thinking goes back to the model that made it",
    kinds: model,
    async run(open) {
      const { seen } = await secondTurn(open);
      assert(
        JSON.stringify(seen).includes("sig-42") || JSON.stringify(seen).includes("I need both."),
        JSON.stringify(seen),
      );
    },
  },
  {
    name: "thinking does not go to another model",
    kinds: model,
    async run(open) {
      const { seen } = await secondTurn(open, (stage) => stage.otherModel ?? "");
      assert(
        !JSON.stringify(seen).includes("sig-42"),
        `Another model got the signature: ${JSON.stringify(seen)}`,
      );
      assert(
        !JSON.stringify(seen).includes("I need both."),
        `Another model got the thought: ${JSON.stringify(seen)}`,
      );
    },
  },
  {
    name: "another provider's envelope is not opened",
    kinds: model,
    async run(open) {
      const stage = await open([readsTwo, done]);
      const { message } = (await play(stage)).finish;
      const native = {
        provider: "somebody-else",
        model: stage.model,
        data: message.native?.data ?? "SECRET-ENVELOPE",
      };
      const seen = await sent(stage, [
        hello,
        { ...message, native },
        ...message.calls.map((made) => result(made, "x")),
      ]);
      assert(
        !/sig-42|I need both\.|SECRET-ENVELOPE/.test(JSON.stringify(seen)),
        JSON.stringify(seen),
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
      const seen = await sent(await open([done]), [
        hello,
        asked(made),
        { ...result(made, "No JSON."), isError: true },
      ]);
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

const hello: Message = { role: "user", text: "Read both." };

function asked(made: ToolCall): AssistantMessage {
  return { role: "assistant", text: "", calls: [made] };
}

function result({ id, name }: ToolCall, text: string): Extract<Message, { role: "tool" }> {
  return { role: "tool", callId: id, name, text, isError: false };
}

/** Sends a history and gives what the vendor understood; fails when it was not answered. */
async function sent(
  stage: Stage,
  messages: readonly Message[],
  asModel = stage.model,
): Promise<SeenRequest> {
  const { finish }: Played = await play(stage, { messages, model: asModel });
  assert.equal(finish.error, undefined, `The vendor refused: ${finish.error?.message}`);
  assert.equal(finish.message.text, "Done.");
  const seen = stage.requests().at(-1);
  assert(seen, "The vendor was sent nothing.");
  return seen;
}

async function secondTurn(
  open: OpenStage,
  choose: (stage: Stage) => string = ({ model: same }) => same,
): Promise<{ seen: SeenRequest }> {
  const stage = await open([readsTwo, done]);
  const { message } = (await play(stage)).finish;
  // It must survive the journal.
  const stored: AssistantMessage = JSON.parse(JSON.stringify(message));
  const results = message.calls.map((made) => result(made, "x"));
  return { seen: await sent(stage, [hello, stored, ...results], choose(stage)) };
}

/** The results by the path that their calls asked for; by id where the protocol has ids, else by order. */
function answersByPath(messages: readonly SeenMessage[]): { [path: string]: string } {
  const made = messages.flatMap((message) => (message.role === "assistant" ? message.calls : []));
  const results = messages.filter((message) => message.role === "tool");
  return Object.fromEntries(
    results.map(({ callId, text }, index) => {
      const answered = callId === undefined ? made[index] : made.find(({ id }) => id === callId);
      const path = /"path":"(\w*)"/.exec(JSON.stringify(answered?.input) ?? "")?.[1];
      return [path ?? "no such call", text];
    }),
  );
}
