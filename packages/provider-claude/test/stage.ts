import type { Message, TurnEvent, TurnRequest } from "@aifactory/core";
import { canaryKey, type Scene, sceneServer, type WireRequest } from "@aifactory/core/testing";
import claude from "../src/index.js";
import { messagesProtocol } from "./protocol.js";
import type { MessagesBody } from "./wire.js";

/** A turn's request; everything can be replaced. */
export function turnRequest(changes: Partial<TurnRequest> = {}): TurnRequest {
  return {
    model: "claude-opus-5-5",
    system: "You are a careful engineer.",
    messages: [{ role: "user", text: "Say hello." }],
    tools: [{ name: "read_file", description: "Reads a file.", inputSchema: { type: "object", properties: {} } }],
    cwd: import.meta.dirname,
    signal: new AbortController().signal,
    ...changes,
  };
}

/** Plays one turn for each scene against the strict vendor; gives what came of each, and what the vendor was sent. */
export async function play(
  scenes: readonly Scene[],
  requestOf: (said: readonly Message[], turn: number) => Partial<TurnRequest>,
): Promise<{ turns: TurnEvent[][]; bodies: MessagesBody[]; headers: WireRequest["headers"][] }> {
  const { url, received, close } = await sceneServer(messagesProtocol, scenes);
  const provider = claude({ baseURL: url, apiKey: canaryKey });
  const said: Message[] = [];
  const turns: TurnEvent[][] = [];
  try {
    for (const turn of scenes.keys()) {
      const events = await all(provider.turn(turnRequest(requestOf(said, turn))));
      turns.push(events);
      const finish = finishOf(events);
      // Through a journal, as core does it.
      said.push(JSON.parse(JSON.stringify(finish.message)));
      for (const { id, name } of finish.message.calls)
        said.push({ role: "tool", callId: id, name, text: `result of ${id}`, isError: false });
    }
  } finally {
    await close();
  }
  const bodies = received().map(({ body }) => body as MessagesBody);
  return { turns, bodies, headers: received().map(({ headers }) => headers) };
}

/** All of a turn's events. */
export async function all(turn: AsyncIterable<TurnEvent>): Promise<TurnEvent[]> {
  const events: TurnEvent[] = [];
  for await (const event of turn) events.push(event);
  return events;
}

/** The end of a turn. */
export function finishOf(events: readonly TurnEvent[]): Extract<TurnEvent, { type: "finish" }> {
  const finish = events.at(-1);
  if (finish?.type !== "finish") throw new Error("The turn has no end.");
  return finish;
}
