import type { Message } from "./message.js";
import type { Sandbox } from "./sandbox.js";
import type { Effort } from "./task-spec.js";
import type { TurnEvent } from "./turn-event.js";

/** JSON Schema, draft 2020-12, as zod writes it. */
export type JsonSchema = { readonly [key: string]: unknown };

/**
 * Anything that can take a turn. A `model` asks us to run tools and ends its turn when it does; an `agent` runs its own
 * tools in `cwd` and ends its turn when it thinks that it is done.
 */
export interface Provider {
  /** The version of this contract; 1 works for ever. */
  readonly apiVersion: 1;
  /** The part of a model string before the colon. */
  readonly name: string;
  readonly kind: "model" | "agent";
  /** For agents: whether the program runs in the request's sandbox. Absent: no. */
  readonly confines?: boolean;
  /** One turn. Never throws: exactly one `finish`, always last, carries the message or the error. */
  turn(request: TurnRequest): AsyncIterable<TurnEvent>;
  /** Whether it could work now: program or server there, logged in, model known. Rejects with the error and its cure. */
  check?(request: { readonly model: string; readonly signal?: AbortSignal }): Promise<ProviderStatus>;
  /** What is known about a model without spending anything. */
  describe?(request: { readonly model: string; readonly signal?: AbortSignal }): Promise<ModelFacts>;
}

/** What `check` found. */
export interface ProviderStatus {
  /** Version of the program, server or SDK. */
  readonly version?: string;
  /** Who pays: `key` (metered), `subscription`, `local`. */
  readonly billing?: "key" | "subscription" | "local";
  readonly notes?: readonly string[];
}

/** What is known of a model. Absent means unknown. */
export interface ModelFacts {
  /** Tokens that fit into one request, output included. */
  readonly contextTokens?: number;
  readonly maxOutputTokens?: number;
  readonly tools?: boolean;
  readonly thinking?: boolean;
  /** US dollars per million tokens. */
  readonly price?: Price;
}

/** US dollars per million tokens. `local` models cost 0. */
export interface Price {
  readonly input: number;
  readonly output: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
}

/** A tool as a provider sees it. */
export interface ToolDescription {
  readonly name: string;
  readonly description: string;
  /** An object schema. */
  readonly inputSchema: JsonSchema;
}

/** What a provider is asked: one turn. */
export interface TurnRequest {
  /** The part of the model string behind the colon. Empty: the provider's own default. */
  readonly model: string;
  readonly system: string;
  /** The conversation so far; the last one is a `user` or a `tool` message. */
  readonly messages: readonly Message[];
  /** Empty for agents, which bring their own. */
  readonly tools: readonly ToolDescription[];
  /** The worktree, absolute. The only place an agent may write to. */
  readonly cwd: string;
  readonly effort?: Effort;
  readonly maxOutputTokens?: number;
  /** What an agent's program is to be shut in with, by `sandboxed`; `cliAgent` does. Absent: nothing. */
  readonly sandbox?: Sandbox;
  /** Variables that the environment of an agent's program must have besides; `cliAgent` sees to it. Absent: none. */
  readonly env?: { readonly [name: string]: string };
  /** Aborted when the turn must end; the provider then stops what it started and finishes with reason `aborted`. */
  readonly signal: AbortSignal;
}
