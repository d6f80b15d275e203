import assert from "node:assert/strict";
import type { ErrorCode, ErrorData } from "../../errors.js";
import { type Scene, type SceneFault, says } from "../scenes.js";
import { canaryKey } from "../stage.js";
import { type Behaviour, both, model, type Open } from "./behaviour.js";
import { errorOf, play } from "./turns.js";

/** What becomes of a request that fails. */
export const faults: readonly Behaviour[] = [
  {
    name: "a bad key is auth",
    kinds: both,
    run: async (open) => void (await assertCode(open, { kind: "auth" }, "auth", false)),
  },
  {
    name: "a rate limit carries the server's delay",
    kinds: both,
    async run(open) {
      const error = await assertCode(open, { kind: "rate-limit", retryAfterSeconds: 7 }, "rate-limit", true);
      assert.equal(error.retryAfterMs, 7_000);
    },
  },
  {
    name: "a used-up quota is quota and not tried again",
    kinds: both,
    run: async (open) => void (await assertCode(open, { kind: "quota" }, "quota", false)),
  },
  {
    name: "a broken server is server-error",
    kinds: both,
    run: async (open) => void (await assertCode(open, { kind: "server-error" }, "server-error", true)),
  },
  {
    name: "a busy server is overloaded",
    kinds: both,
    run: async (open) => void (await assertCode(open, { kind: "overloaded" }, "overloaded", true)),
  },
  {
    name: "a request that is too long is context-overflow",
    kinds: both,
    run: async (open) => void (await assertCode(open, { kind: "context-overflow" }, "context-overflow", false)),
  },
  {
    name: "a model that is not there is unknown-model and named",
    kinds: both,
    async run(open) {
      const stage = await open([{ id: "unknown-model", parts: [], fault: { kind: "unknown-model" } }]);
      const error = errorOf(await play(stage), "unknown-model");
      assert(error.message.includes(stage.model), `The message does not name the model: ${error.message}`);
    },
  },
  {
    name: "a rejected request is invalid-request, in the vendor's words",
    kinds: model,
    async run(open) {
      const words = "messages.3: the flux capacitor is missing";
      const error = await assertCode(open, { kind: "invalid-request", words }, "invalid-request", false);
      assert(error.message.includes("flux capacitor"), `The vendor's words are lost: ${error.message}`);
    },
  },
  {
    name: "a refusal with status 200 is an error, in the vendor's words",
    kinds: model,
    async run(open) {
      const fault = { kind: "invalid-request", words: "the flux capacitor is missing", asSuccess: true } as const;
      const { finish } = await play(await open([{ id: "gateway", parts: [], fault }]));
      assert.equal(finish.reason.unified, "error", JSON.stringify(finish));
      const message = finish.error?.message ?? "";
      assert(message.includes("flux capacitor"), `The vendor's words are lost: ${message}`);
    },
  },
  {
    name: "a refused connection is network",
    kinds: both,
    run: async (open) => void (await assertCode(open, { kind: "refused" }, "network", true)),
  },
  {
    name: "a proxy's error page is an error that may be tried again",
    kinds: model,
    async run(open) {
      const { finish } = await play(await open([{ id: "page", parts: [], fault: { kind: "proxy-page" } }]));
      assert.equal(finish.error?.retryable, true, `Not retryable: ${JSON.stringify(finish)}`);
      assert(!/<html/i.test(finish.error?.message ?? ""), "The message is a page of HTML.");
    },
  },
  {
    name: "a failed request is sent once: trying again is core's",
    kinds: model,
    async run(open) {
      for (const kind of ["server-error", "rate-limit", "overloaded"] as const) {
        const stage = await open([{ id: kind, parts: [], fault: { kind } }]);
        await play(stage);
        assert.equal(stage.requests().length, 1, `${kind} was sent ${stage.requests().length} times.`);
      }
    },
  },
  {
    name: "the key is in no event and no error",
    kinds: both,
    async run(open) {
      const words = `Incorrect API key provided: ${canaryKey}`;
      const bad: Scene = { id: "echo", parts: [], fault: { kind: "auth", words } };
      const played = [await play(await open([bad])), await play(await open([{ id: "fine", parts: [says("Hello.")] }]))];
      for (const { events } of played) assert(!JSON.stringify(events).includes(canaryKey), "The key was said.");
    },
  },
];

async function assertCode(open: Open, fault: SceneFault, code: ErrorCode, retryable: boolean): Promise<ErrorData> {
  const played = await play(await open([{ id: fault.kind, parts: [], fault }]));
  const error = errorOf(played, code);
  assert.equal(error.retryable, retryable, `retryable of ${code}`);
  return error;
}
