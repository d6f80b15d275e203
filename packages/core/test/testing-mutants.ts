import type { FinishEvent, Provider, ToolCall, TurnEvent, TurnRequest, Usage } from "../src/types.js";
import echo from "../../../examples/echo-provider/src/index.js";
import { canaryKey } from "../src/testing/index.js";

type Fetch = typeof globalThis.fetch;

/** One way to break a provider: on its way in, on its way out, or between it and its vendor. */
export interface Mutant {
  readonly request?: (request: TurnRequest) => TurnRequest;
  readonly events?: (events: AsyncIterable<TurnEvent>, request: TurnRequest) => AsyncIterable<TurnEvent>;
  readonly fetch?: Fetch;
}

/** The echo provider, broken. */
export function broken(
  { request: change = (same) => same, events = (same) => same, fetch }: Mutant,
  url: string,
): Provider {
  const provider = echo({ url, key: canaryKey, ...(fetch && { fetch }) });
  return { ...provider, turn: (request) => events(provider.turn(change(request)), request) };
}

/** Maps every event to some. */
const each = (map: (event: TurnEvent, request: TurnRequest) => readonly TurnEvent[]): Mutant => ({
  async *events(events, request) {
    for await (const event of events) yield* map(event, request);
  },
});

/** Changes the last event. */
const last = (map: (finish: FinishEvent, request: TurnRequest) => FinishEvent): Mutant =>
  each((event, request) => [event.type === "finish" ? map(event, request) : event]);

const withMessage = (map: (message: FinishEvent["message"]) => FinishEvent["message"]): Mutant =>
  last((finish) => ({ ...finish, message: map(finish.message) }));

const withCalls = (map: (calls: readonly ToolCall[]) => readonly ToolCall[]): Mutant =>
  withMessage((message) => ({ ...message, calls: map(message.calls) }));

/** Takes one sort of error for another. */
const confusing = (from: string, to: "server-error" | "invalid-request", retryable: boolean): Mutant =>
  last((finish) =>
    finish.error?.code === from ? { ...finish, error: { ...finish.error, code: to, retryable } } : finish,
  );

/** Passes a failure off as an answer. */
const answering = (from: string): Mutant =>
  last(({ error, ...finish }) =>
    error?.code === from ? { ...finish, reason: { unified: "stop" } } : { ...finish, ...(error && { error }) },
  );

const withUsage = (map: (usage: Usage) => Usage): Mutant =>
  each((event) => [event.type === "usage" ? { ...event, usage: map(event.usage) } : event]);

const sent = (init: RequestInit | undefined): string => (typeof init?.body === "string" ? init.body : "");

/** Changes what is sent. */
const sending = (map: (body: Wire) => unknown): Mutant => ({
  fetch: async (url, init) => fetch(url, { ...init, body: JSON.stringify(map(JSON.parse(sent(init)))) }),
});

interface Wire {
  messages: {
    from: string;
    id?: string;
    thought?: unknown;
    text: string;
    failed?: boolean;
    calls?: { arguments: string }[];
  }[];
}

const mapMessages = (map: (message: Wire["messages"][number]) => object): Mutant =>
  sending(({ messages, ...rest }) => ({ ...rest, messages: messages.map(map) }));

/** Changes the bytes that come. */
const receiving = (transform: () => TransformStream<Uint8Array, Uint8Array>): Mutant => ({
  async fetch(url, init) {
    const { body, status, headers } = await fetch(url, init);
    return new Response(body?.pipeThrough(transform()) ?? null, { status, headers });
  },
});

/** Hears of an abort only here: what the provider was given never fires. */
const deaf: Mutant["request"] = (request) => ({ ...request, signal: new AbortController().signal });

const ignoringAborts: Mutant = { request: deaf };

/** Ends at an abort, but forgets what was said. */
const forgetting: Mutant = last((finish) =>
  finish.reason.unified === "aborted" ? { ...finish, message: { role: "assistant", text: "", calls: [] } } : finish,
);

const cutCalls: Mutant = last((finish) =>
  finish.reason.unified === "stop" || finish.reason.unified === "tool-calls"
    ? finish
    : {
        ...finish,
        message: {
          ...finish.message,
          calls: [{ id: "call_1", name: "read_file", input: { path: "READ" } }],
        },
      },
);

let pooled: AbortController | undefined;

/** For each behaviour, something that breaks it. */
export const mutants: { readonly [behaviour: string]: Mutant } = {
  "exactly one finish, and it comes last": each((event) => (event.type === "finish" ? [event, event] : [event])),
  "a turn never throws": {
    async *events(events) {
      for await (const event of events) {
        if (event.type === "finish" && event.error) throw new Error(event.error.message);
        yield event;
      }
    },
  },
  "an error is there exactly when the reason is error": last(({ error: _error, ...finish }) => finish),
  "the message has exactly the text that was said, also after a failure": last((finish) =>
    finish.error ? { ...finish, message: { ...finish.message, text: "" } } : finish,
  ),
  "concurrent turns do not mix": (() => {
    let text = "";
    return each((event) => {
      if (event.type === "text") text += event.text;
      return [event.type === "finish" ? { ...event, message: { ...event.message, text } } : event];
    });
  })(),
  "the request is not changed": {
    request: (request) => Object.assign(request, { system: request.system.trim() }),
  },
  "text deltas join to the message's text": each((event) => (event.type === "text" ? [] : [event])),
  "text arrives while it is said, not at the end": {
    async *events(events) {
      const all: TurnEvent[] = [];
      for await (const event of events) all.push(event);
      yield* all.filter(({ type }) => type !== "text");
    },
  },
  "characters split over chunks arrive whole": receiving(() => {
    const encoder = new TextEncoder();
    return new TransformStream({
      transform: (chunk, out) => out.enqueue(encoder.encode(new TextDecoder().decode(chunk))),
    });
  }),
  "an answer of several megabytes arrives whole": withMessage((message) => ({
    ...message,
    text: message.text.slice(0, 1_000_000),
  })),
  "an empty answer stays empty": withMessage((message) => ({
    ...message,
    text: message.text || "(no output)",
  })),
  "thinking is told apart from the answer": each((event) => [
    event.type === "thinking" ? { ...event, type: "text" } : event,
  ]),
  "an answer cut by the length limit says so": last((finish) =>
    finish.reason.unified === "length" ? { ...finish, reason: { unified: "stop" } } : finish,
  ),
  "a refusal is content-filter, not an answer": last((finish) =>
    finish.reason.unified === "content-filter" ? { ...finish, reason: { unified: "stop" } } : finish,
  ),
  "a pause is a pause": last((finish) =>
    finish.reason.unified === "pause" ? { ...finish, reason: { unified: "stop" } } : finish,
  ),
  "the vendor's own stop reason is kept": last((finish) => ({
    ...finish,
    reason: { unified: finish.reason.unified },
  })),
  "the model that really served is reported": last((finish, { model }) => ({
    ...finish,
    servedModel: model,
  })),
  "an unknown event becomes raw and the turn goes on": each((event) => (event.type === "raw" ? [] : [event])),
  "usage is counted once": each((event) =>
    event.type === "usage"
      ? [
          { ...event, counts: "delta" },
          { ...event, counts: "delta" },
        ]
      : [event],
  ),
  "cached and reasoning tokens are part of their totals": withUsage((usage) => ({
    ...usage,
    inputTokens: (usage.inputTokens ?? 0) - (usage.cacheReadTokens ?? 0),
  })),
  "numbers that nobody reported stay absent": {
    async *events(events) {
      yield { type: "usage", counts: "turn", usage: { inputTokens: 0, outputTokens: 0 } };
      yield* events;
    },
  },
  "a call comes through with its name and its input": withCalls((calls) =>
    calls.map((call) => ({ ...call, input: JSON.stringify(call.input) })),
  ),
  "every call of the message is an event of its own, once": each((event) =>
    event.type === "tool-call" ? [event, event] : [event],
  ),
  "a turn that asks for tools ends with reason tool-calls": last((finish) =>
    finish.reason.unified === "tool-calls" ? { ...finish, reason: { unified: "stop" } } : finish,
  ),
  "arguments in pieces come through whole": withCalls((calls) =>
    calls.map((call) => ({
      ...call,
      input: JSON.parse(JSON.stringify(call.input).replaceAll("é", "")),
    })),
  ),
  "parallel calls keep their order and have an id each": withCalls((calls) => calls.toReversed()),
  "calls of two turns never share an id": withCalls((calls) =>
    calls.map((call, index) => ({ ...call, id: `call_${index}` })),
  ),
  "text before a call is kept": withMessage((message) =>
    message.calls.length > 0 ? { ...message, text: "" } : message,
  ),
  "a call without arguments has an empty input": withCalls((calls) =>
    calls.map((call) => (JSON.stringify(call.input) === "{}" ? { ...call, input: undefined, inputText: "" } : call)),
  ),
  "arguments that are no JSON come through as text": withCalls((calls) =>
    calls.map(({ id, name, input = {} }) => ({ id, name, input })),
  ),
  "a call cut by the length limit does not look whole": cutCalls,
  "the request carries the model and the user's words": {
    request: (request) => ({ ...request, model: "echo-default" }),
  },
  "the request carries the system text": { request: (request) => ({ ...request, system: "" }) },
  "the request carries the tools and their schemas": {
    request: (request) => ({
      ...request,
      tools: request.tools.map((tool) => ({ ...tool, inputSchema: { type: "object" } })),
    }),
  },
  "tool results go back to the calls they belong to": {
    request(request) {
      const ids = request.messages.flatMap((message) => (message.role === "tool" ? [message.callId] : []));
      const messages = request.messages.map((message) =>
        message.role === "tool" ? { ...message, callId: ids.pop() ?? "" } : message,
      );
      return { ...request, messages };
    },
  },
  "a failed call is marked as failed": mapMessages((message) => ({ ...message, failed: false })),
  "thinking goes back to the model that made it": mapMessages(({ thought: _thought, ...message }) => message),
  "thinking does not go to another model": {
    request: (request) => ({
      ...request,
      messages: request.messages.map((message) =>
        message.role === "assistant" && message.native
          ? { ...message, native: { ...message.native, model: request.model } }
          : message,
      ),
    }),
  },
  "another provider's envelope is not opened": {
    request: (request) => ({
      ...request,
      messages: request.messages.map((message) =>
        message.role === "assistant" && message.native
          ? { ...message, native: { ...message.native, provider: "echo" } }
          : message,
      ),
    }),
  },
  "a history made elsewhere is accepted": {
    request: (request) => ({
      ...request,
      messages: request.messages.map((message) =>
        message.role === "tool" ? { ...message, callId: message.callId.slice(0, 40) } : message,
      ),
    }),
  },
  "broken arguments in the history are accepted": {
    request(request) {
      for (const message of request.messages) {
        if (message.role === "assistant")
          message.calls.map(({ inputText }) => inputText !== undefined && JSON.parse(inputText));
      }
      return request;
    },
  },
  "unicode and empty texts in the history are accepted": {
    // A vendor that refuses empty texts, and a provider that does not know.
    fetch: async (url, init) =>
      /"text":""/.test(sent(init).replace(/"calls":\[\{/, "")) && sent(init).includes("Go on.")
        ? Response.json({ type: "error", error: "bad request", words: "empty text" }, { status: 400 })
        : fetch(url, init),
  },
  "a bad key is auth": confusing("auth", "invalid-request", false),
  "a rate limit carries the server's delay": last((finish) => {
    if (!finish.error) return finish;
    const { retryAfterMs: _delay, ...error } = finish.error;
    return { ...finish, error };
  }),
  "a used-up quota is quota and not tried again": last((finish) =>
    finish.error?.code === "quota"
      ? { ...finish, error: { ...finish.error, code: "rate-limit", retryable: true } }
      : finish,
  ),
  "a broken server is server-error": confusing("server-error", "invalid-request", false),
  "a busy server is overloaded": confusing("overloaded", "server-error", true),
  "a request that is too long is context-overflow": confusing("context-overflow", "invalid-request", false),
  "a model that is not there is unknown-model and named": last((finish, { model }) =>
    finish.error
      ? {
          ...finish,
          error: { ...finish.error, message: finish.error.message.replaceAll(model, "the model") },
        }
      : finish,
  ),
  "a rejected request is invalid-request, in the vendor's words": last((finish) =>
    finish.error ? { ...finish, error: { ...finish.error, message: "The request was rejected." } } : finish,
  ),
  "a refusal with status 200 is an error, in the vendor's words": last((finish) =>
    finish.error?.message.includes("flux") ? { ...finish, error: { ...finish.error, message: "It ended." } } : finish,
  ),
  "a refused connection is network": confusing("network", "server-error", true),
  "a proxy's error page is an error that may be tried again": {
    async fetch(url, init) {
      const response = await fetch(url, init);
      return response.status === 502
        ? Response.json({ type: "error", error: "bad request", words: await response.text() }, { status: 400 })
        : response;
    },
  },
  "a failed request is sent once: trying again is core's": {
    async fetch(url, init) {
      const response = await fetch(url, init);
      return response.status >= 429 ? fetch(url, init) : response;
    },
  },
  "the key is in no event and no error": last((finish) =>
    finish.error
      ? {
          ...finish,
          error: { ...finish.error, message: finish.error.message.replaceAll("[key]", canaryKey) },
        }
      : finish,
  ),
  "an error in mid-stream is an error and keeps what was said": answering("overloaded"),
  "a cut stream is cut-stream, not an answer": answering("cut-stream"),
  "a stream without its last event is cut-stream": answering("cut-stream"),
  "a call in a cut stream does not look whole": cutCalls,
  "a malformed event is never passed over in silence": each((event) => (event.type === "raw" ? [] : [event])),
  "aborted before it begins: nothing is sent": {
    fetch: async (url, init) => fetch(url, { ...init, signal: null }),
  },
  "aborted while the server says nothing": ignoringAborts,
  "aborted before the first event": ignoringAborts,
  "aborted in mid-text: what was said is kept": forgetting,
  "aborted in mid-call: the call does not look whole": cutCalls,
  "a stall is ended by nothing but an abort: deadlines are core's": {
    request: (request) => ({
      ...request,
      signal: AbortSignal.any([request.signal, AbortSignal.timeout(100)]),
    }),
  },
  "an abort ends one turn and not another": {
    // A client that is shared, and whose abort ends everything.
    request(request) {
      const shared = (pooled ??= new AbortController());
      request.signal.addEventListener("abort", () => shared.abort());
      return { ...request, signal: shared.signal };
    },
  },
};
