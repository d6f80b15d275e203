import type { z } from "zod";
import type { ErrorData } from "./errors.js";

// ── The task ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The phases of a run; each may have a model of its own. */
export type Phase = "plan" | "code" | "fix";

/** A model string, or one per phase: a phase that is not named uses `code`'s; a run plans only if `plan` is named. */
export type ModelChoice =
  | string
  | { readonly plan?: string; readonly code: string; readonly fix?: string };

/** How hard a model should think. What a provider can't express it ignores. */
export type Effort = "none" | "minimal" | "low" | "medium" | "high" | "max";

/** What a run may use. Everything is optional; an absent limit other than turns, fixes and minutes is no limit. */
export interface Limits {
  /** Turns of a model over the whole run. Default 100. */
  readonly turns?: number | undefined;
  /** Rounds of fixing after a verdict that is not green. Default 2. */
  readonly fixes?: number | undefined;
  /** Wall-clock minutes of work, the wait for review not counted. Default 60. */
  readonly minutes?: number | undefined;
  /** Tokens, input and output together. */
  readonly tokens?: number | undefined;
  /** US dollars. A model whose price is not known refuses to start under this limit. */
  readonly usd?: number | undefined;
}

/** The only input of a run: JSON, no secret in it. */
export interface TaskSpec {
  /** Path of the git repository (or of any folder in it). */
  readonly repo: string;
  /** What to do, in the user's words. */
  readonly prompt: string;
  /** Which model does it: `provider:model`, a bare model name of a known family, or one string per phase. */
  readonly model: ModelChoice;
  /** What to start from: a branch, tag or commit. Default `HEAD`. A branch is also what `approve` merges into. */
  readonly base?: string | undefined;
  /** How to judge the result: a verifier's name, or its name with options. Absent: nothing is verified. */
  readonly verify?: string | { readonly verifier: string; readonly [option: string]: unknown } | undefined;
  /** Built-in tools to offer to models, by name. Default: all seven. */
  readonly tools?: readonly string[] | undefined;
  readonly limits?: Limits | undefined;
  readonly effort?: Effort | undefined;
  /** `required` (default) waits for a person; `auto` merges by itself, and only when the verdict is `passed`. */
  readonly review?: "required" | "auto" | undefined;
  /** How often a model is nudged before the run ends as stalled. */
  readonly nudges?: { readonly [rule: string]: number } | undefined;
}

// ── Providers ───────────────────────────────────────────────────────────────────────────────────────────────────────

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
  /** One turn. Never throws: exactly one `finish`, always last, carries the message or the error. */
  turn(request: TurnRequest): AsyncIterable<TurnEvent>;
  /** Whether it could work now: program or server there, logged in, model known. Rejects with the error and its cure. */
  check?(request: {
    readonly model: string;
    readonly signal?: AbortSignal;
  }): Promise<ProviderStatus>;
  /** What is known about a model without spending anything. */
  describe?(request: {
    readonly model: string;
    readonly signal?: AbortSignal;
  }): Promise<ModelFacts>;
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
  /** Aborted when the turn must end; the provider then stops what it started and finishes with reason `aborted`. */
  readonly signal: AbortSignal;
}

/** One message of a conversation. */
export type Message = UserMessage | AssistantMessage | ToolMessage;

export interface UserMessage {
  readonly role: "user";
  readonly text: string;
}

export interface AssistantMessage {
  readonly role: "assistant";
  readonly text: string;
  readonly calls: readonly ToolCall[];
  /**
   * The vendor's own envelope (thinking signatures, reasoning ids, session ids). Core stores it and never looks in;
   * `provider` and `model` say who may open it: nobody else.
   */
  readonly native?: { readonly provider: string; readonly model: string; readonly data: unknown };
}

/** The result of one call. Every call in the history has exactly one. */
export interface ToolMessage {
  readonly role: "tool";
  readonly callId: string;
  readonly name: string;
  readonly text: string;
  readonly isError: boolean;
}

/** A call of a tool. `input` is what the model wrote, parsed; it is checked against the tool's schema before it runs. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly input: unknown;
  /** The arguments as text, when they were no JSON. */
  readonly inputText?: string;
  /** Present when the call was read out of the reply's text; the name of the format. */
  readonly recovered?: string;
}

/** What a tool does to the world. Agents' own tools are mapped to it too. */
export type Effect = "read" | "write" | "execute";

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
 * provider's session over all its turns, from which core subtracts what it already counted.
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

// ── Git ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Where a git command works. */
export interface GitPlace {
  /** Folder to run in. */
  readonly cwd: string;
  /** Names the repository itself, so that nothing in `cwd` (a planted `.git`) can name another. */
  readonly gitDir?: string;
  /** Names the work tree; needs `gitDir`. */
  readonly workTree?: string;
  /** An index file other than the repository's. */
  readonly indexFile?: string;
}

// ── Tools ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/** A tool that a model may call. `run` answers in text; trouble the model should know of is text too (`ToolTrouble`). */
export interface Tool<Input extends z.ZodObject = z.ZodObject> {
  readonly name: string;
  readonly description: string;
  readonly input: Input;
  readonly effect: Effect;
  /** Whether a call of it says that the work is done. Absent: no. */
  readonly ends?: true;
  run(input: z.output<Input>, context: ToolContext): Promise<string>;
}

/** What a tool may use. */
export interface ToolContext {
  /** The worktree, absolute and without symlinks. */
  readonly root: string;
  /** Where git finds the worktree, whatever stands in its `.git` file. */
  readonly git: GitPlace;
  readonly signal: AbortSignal;
  /** Milliseconds a command may run when the model asks for no other time. */
  readonly timeoutMs: number;
}

// ── Verification ────────────────────────────────────────────────────────────────────────────────────────────────────

/** Judges a commit. Anyone's package can be one. */
export interface Verifier {
  readonly apiVersion: 1;
  readonly name: string;
  /** Resolves to a verdict whatever the code under test does; rejects only for bad arguments or an abort. */
  verify(request: VerifyRequest): Promise<Verdict>;
}

export interface VerifyRequest {
  /** Path of a git repository that has both commits. It is read, never written. */
  readonly repo: string;
  /** Commit ids, full. */
  readonly base: string;
  readonly head: string;
  /** The options of `TaskSpec.verify`. */
  readonly options: { readonly [option: string]: unknown };
  readonly signal: AbortSignal;
  /** A line of progress for a person. */
  onProgress?(line: string): void;
}

/** Only `passed` is green. `unproven`: the tests pass and prove nothing. */
export type VerdictStatus =
  | "passed"
  | "failed"
  | "unproven"
  | "tampered"
  | "no-tests"
  | "cannot-run"
  | "timed-out";

/** What a verifier found. Plain JSON. */
export interface Verdict {
  readonly status: VerdictStatus;
  /** One line for a person. */
  readonly summary: string;
  readonly verifier: { readonly name: string; readonly version: string };
  readonly base: string;
  readonly head: string;
  /** Absent numbers are unknown. */
  readonly counts?: TestCounts;
  readonly findings: readonly Finding[];
  /** Whether a change to the tree could turn this verdict green: only then is a model asked to fix. */
  readonly fixable: boolean;
  readonly durationMs: number;
  /** Whatever another person needs to check it: versions, commands, runs, output tails. */
  readonly evidence: { readonly [key: string]: unknown };
}

export interface TestCounts {
  readonly total: number;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly errors: number;
}

/** One thing a verifier has to say. */
export interface Finding {
  /** A stable kebab-case name. */
  readonly code: string;
  /** What was found and, where there is one, the cure. Shown to people and given to the model that fixes. */
  readonly message: string;
  readonly severity: "error" | "warning" | "info";
  readonly file?: string;
  readonly line?: number;
  readonly test?: string;
}
