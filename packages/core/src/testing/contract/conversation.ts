import assert from "node:assert/strict";
import type { AssistantMessage, Message, ToolCall } from "../../types.js";
import { calls as call, type Scene, says, thinks } from "../scenes.js";
import type { SeenMessage, SeenRequest } from "../stage.js";
import type { StageInFolder } from "./behaviour.js";
import { play, type Played } from "./turns.js";

/** An answer that ends a conversation. */
export const done: Scene = { id: "done", parts: [says("Done.")] };
/** A thought, and two calls that belong to it. */
export const readsTwo: Scene = {
  id: "reads-two",
  parts: [
    thinks("I need both.", "sig-42"),
    call("call_a", "read_file", { path: "a" }),
    call("call_b", "read_file", { path: "b" }),
  ],
};

/** How the conversations begin. */
export const hello: Message = { role: "user", text: "Read both." };

/** A message with one call. */
export function asked(made: ToolCall): AssistantMessage {
  return { role: "assistant", text: "", calls: [made] };
}

/** The result of a call that went well. */
export function result({ id, name }: ToolCall, text: string): Extract<Message, { role: "tool" }> {
  return { role: "tool", callId: id, name, text, isError: false };
}

/** Sends a history and gives what the vendor understood; fails when it was not answered. */
export async function sent(
  stage: StageInFolder,
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

/** The results by the path that their calls asked for; by id where the protocol has ids, else by order. */
export function answersByPath(messages: readonly SeenMessage[]): { [path: string]: string } {
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
