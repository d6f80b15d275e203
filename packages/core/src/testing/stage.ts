import { randomUUID } from "node:crypto";
import type { Provider } from "../types.js";
import type { Scene } from "./scenes.js";

/** The key that a stage gives its provider: it must never be seen in an event. Each process has one of its own. */
export const canaryKey = `sk-canary-${randomUUID()}`;

/** A provider before its scripted vendor. */
export interface Stage {
  readonly provider: Provider;
  /** A model that the vendor has, and a second one (kind `model` only). */
  readonly model: string;
  readonly otherModel?: string;
  /** What the vendor was sent, in order: one for each turn's request, also for those that it rejected. */
  requests(): readonly SeenRequest[];
  close(): Promise<void>;
}

/**
 * Starts a vendor that plays the scenes, one for each request of a turn (for agents: for each turn), and a provider that
 * talks to it with `canaryKey` as its key. With a first scene of fault `refused`, nobody listens.
 */
export type OpenStage = (scenes: readonly Scene[]) => Promise<Stage>;

/** A turn's request as the vendor understood it. */
export interface SeenRequest {
  readonly model: string;
  /** Empty when there was none. */
  readonly system: string;
  readonly messages: readonly SeenMessage[];
  readonly tools: readonly { readonly name: string; readonly inputSchema?: unknown }[];
}

/** One message as the vendor understood it. Ids are absent where the protocol has none. */
export type SeenMessage =
  | { readonly role: "user"; readonly text: string }
  | {
      readonly role: "assistant";
      readonly text: string;
      readonly thinking?: string;
      readonly signature?: string;
      readonly calls: readonly SeenCall[];
    }
  | {
      readonly role: "tool";
      readonly callId?: string;
      readonly name?: string;
      readonly text: string;
      /** Whether the model can tell that the call failed. */
      readonly isError: boolean;
    };

/** A call in the history as the vendor understood it. */
export interface SeenCall {
  readonly id?: string;
  readonly name: string;
  readonly input: unknown;
}
