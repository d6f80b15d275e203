import type { ErrorData } from "../errors.js";
import type { AssistantMessage, Effect, ToolCall } from "./message.js";

/** Tokens of one turn. Absent means unknown, never 0. */
export interface Usage {
  /** All input tokens, cached ones included. */
  readonly inputTokens?: number;
  /** Of the input: read from a cache. */
  readonly cacheReadTokens?: number;
  /** Of the input: written to a cache. */
  readonly cacheWriteTokens?: number;
  /** All output tokens, reasoning included. */
  readonly outputTokens?: number;
  /** Of the output: reasoning. */
  readonly reasoningTokens?: number;
  readonly cost?: Cost;
}

/** An amount of money and how it is known. */
export interface Cost {
  readonly usd: number;
  /** `billed`: the vendor said so. `estimated`: tokens times a list price. `subscription`: covered, nothing is billed. */
  readonly basis: "billed" | "estimated" | "subscription";
}

/** Why a turn ended. `pause`: the vendor paused a long turn; sending the history again goes on. */
export type FinishReason =
  | "stop"
  | "tool-calls"
  | "length"
  | "content-filter"
  | "pause"
  | "aborted"
  | "error"
  | "other";

/** Everything a provider can say. */
export type TurnEvent =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "thinking"; readonly text: string }
  /** A whole call. `effect` is for an agent's own tools, which core does not know. */
  | { readonly type: "tool-call"; readonly call: ToolCall; readonly effect?: Effect }
  /** Agents only: what the agent's own tool gave. */
  | {
      readonly type: "tool-result";
      readonly callId: string;
      readonly text: string;
      readonly isError: boolean;
    }
  /** Agents only: a file the agent says it changed, relative to `cwd`. Git has the last word. */
  | {
      readonly type: "file-change";
      readonly path: string;
      readonly change: "add" | "update" | "delete";
    }
  | UsageEvent
  /** Something a person should know that is neither answer nor failure: a cut prompt, another model than asked for. */
  | { readonly type: "notice"; readonly code: string; readonly message: string }
  /** What the adapter did not understand. Nothing is dropped. */
  | { readonly type: "raw"; readonly value: unknown }
  | FinishEvent;

/**
 * `delta`: to be added to what came before in this turn. `turn`: this turn's total so far. `session`: the total of the
 * provider's session over all its turns of a run, in whatever step, from which core subtracts what it already counted.
 */
export interface UsageEvent {
  readonly type: "usage";
  readonly counts: "delta" | "turn" | "session";
  readonly usage: Usage;
}

/** The end of a turn: exactly one, always last. */
export interface FinishEvent {
  readonly type: "finish";
  readonly reason: { readonly unified: FinishReason; readonly raw?: string };
  /** What was said, assembled; on an error or abort, what had arrived until then. */
  readonly message: AssistantMessage;
  /** The model that really served. Absent: the vendor does not say. */
  readonly servedModel?: string;
  /** Present exactly when `reason.unified` is `error`. */
  readonly error?: ErrorData;
}
