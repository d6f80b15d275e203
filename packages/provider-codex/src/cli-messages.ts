/**
 * What `codex app-server` says, as far as it is read. The whole of it: `codex app-server generate-ts --out DIR`. Sessions
 * recorded from 0.169.0 are in `test/fixtures`.
 */
export interface Params {
  readonly threadId?: string | null;
  readonly itemId?: string;
  readonly delta?: string;
  readonly item?: Item;
  readonly turn?: { readonly status?: string; readonly error?: Trouble | null };
  readonly error?: Trouble;
  readonly willRetry?: boolean;
  readonly tokenUsage?: { readonly total?: TokenCounts };
  readonly rateLimits?: { readonly primary?: LimitWindow | null; readonly secondary?: LimitWindow | null };
  readonly toModel?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly summary?: string;
  readonly details?: string | null;
}

/** The answers that are read, all in one. */
export interface Answer {
  readonly account?: { readonly type?: string } | null;
  readonly requiresOpenaiAuth?: boolean;
  readonly thread?: { readonly id?: string };
  /** The model that was asked for or, without one, the program's default. */
  readonly model?: string;
}

/** Something that it did or said. */
export interface Item {
  readonly type?: string;
  readonly id?: string;
  readonly text?: string;
  readonly summary?: readonly string[];
  readonly content?: readonly unknown[];
  readonly status?: string;
  readonly command?: string;
  readonly commandActions?: readonly { readonly type?: string }[];
  readonly aggregatedOutput?: string | null;
  readonly changes?: readonly FileUpdate[];
  readonly server?: string;
  readonly tool?: string;
  readonly arguments?: unknown;
  readonly readOnlyHint?: boolean | null;
  readonly result?: unknown;
  readonly error?: unknown;
  readonly query?: string;
  readonly path?: string;
}

/** A change of one file; the path is absolute. */
export interface FileUpdate {
  readonly path?: string;
  readonly kind?: { readonly type?: string; readonly move_path?: string | null };
}

/** What went wrong. */
export interface Trouble {
  readonly message?: string;
  /** A word, or an object with one field of that name that may hold the endpoint's status. */
  readonly codexErrorInfo?: unknown;
  readonly additionalDetails?: string | null;
}

/** Tokens; input includes cached, output includes reasoning. */
export interface TokenCounts {
  readonly inputTokens?: number;
  readonly cachedInputTokens?: number;
  readonly cacheWriteInputTokens?: number;
  readonly outputTokens?: number;
  readonly reasoningOutputTokens?: number;
}

/** How much of a subscription's limit is used; it resets at a time in seconds since 1970. */
export interface LimitWindow {
  readonly usedPercent?: number;
  readonly resetsAt?: number | null;
}

/** Notifications that say nothing a run needs. It is asked not to send them. */
export const silent: readonly string[] = [
  "account/updated",
  "app/list/updated",
  "item/commandExecution/outputDelta",
  "item/commandExecution/terminalInteraction",
  "item/fileChange/outputDelta",
  "item/fileChange/patchUpdated",
  "item/mcpToolCall/progress",
  "item/plan/delta",
  "item/reasoning/summaryPartAdded",
  "mcpServer/startupStatus/updated",
  "rawResponse/completed",
  "rawResponseItem/completed",
  "remoteControl/status/changed",
  "serverRequest/resolved",
  "skills/changed",
  "thread/environment/connected",
  "thread/goal/cleared",
  "thread/goal/updated",
  "thread/name/updated",
  "thread/settings/updated",
  "thread/started",
  "thread/status/changed",
  "turn/diff/updated",
  "turn/moderationMetadata",
  "turn/plan/updated",
  "turn/started",
];
