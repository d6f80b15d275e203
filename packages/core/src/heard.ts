import { printable, steady } from "./output.js";
import type { TurnEvent } from "./types.js";

/** An event as a provider said it, with the words in it that go into messages made unable to steer a terminal. */
export function heard(event: TurnEvent): TurnEvent {
  if (event.type === "notice") return { ...event, code: steady(event.code), message: steady(event.message) };
  if (event.type !== "finish") return event;
  const { error, servedModel, ...rest } = event;
  return {
    ...rest,
    ...(error && { error: { ...error, message: steady(error.message) } }),
    ...(servedModel !== undefined && { servedModel: printable(servedModel) }),
  };
}
