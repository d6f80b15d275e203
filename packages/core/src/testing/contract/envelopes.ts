import assert from "node:assert/strict";
import type { AssistantMessage } from "../../types.js";
import type { SeenRequest } from "../stage.js";
import { type Behaviour, model, type Open, type StageInFolder } from "./behaviour.js";
import { done, hello, readsTwo, result, sent } from "./conversation.js";
import { play } from "./turns.js";

/** Who may open the vendor's own envelope. */
export const envelopes: readonly Behaviour[] = [
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
      assert(!JSON.stringify(seen).includes("sig-42"), `Another model got the signature: ${JSON.stringify(seen)}`);
      assert(!JSON.stringify(seen).includes("I need both."), `Another model got the thought: ${JSON.stringify(seen)}`);
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
      assert(!/sig-42|I need both\.|SECRET-ENVELOPE/.test(JSON.stringify(seen)), JSON.stringify(seen));
    },
  },
];

async function secondTurn(
  open: Open,
  choose: (stage: StageInFolder) => string = ({ model: same }) => same,
): Promise<{ seen: SeenRequest }> {
  const stage = await open([readsTwo, done]);
  const { message } = (await play(stage)).finish;
  // It must survive the journal.
  const stored: AssistantMessage = JSON.parse(JSON.stringify(message));
  const results = message.calls.map((made) => result(made, "x"));
  return { seen: await sent(stage, [hello, stored, ...results], choose(stage)) };
}
