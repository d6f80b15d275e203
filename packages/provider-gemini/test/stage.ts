import type { FinishEvent, Message, TurnEvent, TurnRequest } from "@aifactory/core";
import { canaryKey, type Scene, sceneServer, says } from "@aifactory/core/testing";
import gemini from "../src/index.js";
import { geminiProtocol } from "./protocol.js";
import type { GeminiBody } from "./wire.js";

/** A turn's request; everything can be replaced. */
export function turnRequest(changes: Partial<TurnRequest> = {}): TurnRequest {
  return {
    model: "gemini-3.8-flash",
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
): Promise<{ turns: TurnEvent[][]; bodies: GeminiBody[] }> {
  const { url, received, close } = await sceneServer(geminiProtocol, scenes);
  const provider = gemini({ baseUrl: url, apiKey: canaryKey });
  const said: Message[] = [];
  const turns: TurnEvent[][] = [];
  try {
    for (const turn of scenes.keys()) {
      const events = await all(provider.turn(turnRequest(requestOf(said, turn))));
      turns.push(events);
      const { message } = finishOf(events);
      // Through a journal, as core does it.
      said.push(JSON.parse(JSON.stringify(message)));
      for (const { id, name } of message.calls)
        said.push({ role: "tool", callId: id, name, text: `result of ${id}`, isError: false });
    }
  } finally {
    await close();
  }
  return { turns, bodies: received().map(({ body }) => body as GeminiBody) };
}

/** Sends one request that must be accepted; gives what the vendor was sent. */
export async function sent(changes: Partial<TurnRequest>): Promise<GeminiBody> {
  const { turns, bodies } = await play([{ id: "done", parts: [says("Done.")] }], () => changes);
  const { error } = finishOf(turns[0] ?? []);
  if (error) throw new Error(error.message);
  return bodies[0] ?? {};
}

/** All of a turn's events. */
export async function all(turn: AsyncIterable<TurnEvent>): Promise<TurnEvent[]> {
  const events: TurnEvent[] = [];
  for await (const event of turn) events.push(event);
  return events;
}

/** The end of a turn. */
export function finishOf(events: readonly TurnEvent[]): FinishEvent {
  const finish = events.at(-1);
  if (finish?.type !== "finish") throw new Error("The turn has no end.");
  return finish;
}
