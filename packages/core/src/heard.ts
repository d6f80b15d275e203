import { setImmediate as breathe } from "node:timers/promises";
import { printable, steady } from "./output.js";
import type { FinishEvent, Provider, TurnEvent, TurnRequest } from "./types.js";
import { soundUsage } from "./usage.js";

/** What a provider says. One that never waits would keep everything else from happening, its own deadlines too. */
export async function* listen(provider: Provider, request: TurnRequest): AsyncGenerator<TurnEvent, undefined> {
  let count = 0;
  for await (const event of provider.turn(request)) {
    if (++count % 100 === 0) await breathe();
    yield heard(event);
  }
}

/**
 * An event as a provider said it, with the words in it that go into messages made unable to steer a terminal, and no number
 * that is none.
 *
 * @throws When a turn finishes without a reason or a message.
 */
function heard(event: TurnEvent): TurnEvent {
  if (event.type === "usage") return { ...event, usage: soundUsage(event.usage) };
  if (event.type === "notice") return { ...event, code: steady(event.code), message: steady(event.message) };
  if (event.type !== "finish") return event;
  const { error, servedModel, ...rest } = event;
  requireWhole(event);
  return {
    ...rest,
    ...(error && { error: { ...error, message: steady(error.message) } }),
    ...(typeof servedModel === "string" && { servedModel: printable(servedModel) }),
  };
}

function requireWhole({ reason, message }: Partial<FinishEvent>): void {
  if (typeof reason?.unified !== "string") throw new TypeError("its finish has no reason");
  if (typeof message?.text !== "string" || !Array.isArray(message.calls))
    throw new TypeError("its finish has no message with a text and calls");
}
