import { errorData, type Provider } from "@aifactory/core";
import { readLines, readReply } from "./events.js";
import { toWire } from "./request.js";

/** Where Echo is, and what it knows us by. */
export interface EchoOptions {
  readonly url?: string;
  readonly key?: string;
  readonly fetch?: typeof globalThis.fetch;
}

/** The provider for Echo. */
export default function echo({
  url = "http://127.0.0.1:7777",
  key = "",
  fetch = globalThis.fetch,
}: EchoOptions = {}): Provider {
  return {
    apiVersion: 1,
    name: "echo",
    kind: "model",
    async *turn(request) {
      const reply = readReply(request, key);
      let code: "network" | "cut-stream" = "network";
      try {
        const response = await fetch(`${url}/turn`, {
          method: "POST",
          headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
          body: JSON.stringify(toWire(request)),
          signal: request.signal,
        });
        code = "cut-stream";
        if (response.ok) {
          for await (const line of readLines(response.body)) yield* reply.read(line);
        } else {
          reply.refuse(response, await response.text());
        }
        yield reply.finish();
      } catch (error) {
        yield reply.finish(errorData(code, `Echo at ${url}: ${String(error)}. Is it running?`));
      }
    },
  };
}
