import type { ResultLine } from "./cli-failure.js";
import type { WireCounts } from "./usage.js";

/**
 * A line of `--output-format stream-json`, as far as it is read: a stream recorded from 2.1.330 is in `test/fixtures`.
 * https://code.claude.com/docs/en/headless
 */
export interface Line extends ResultLine {
  readonly type?: string;
  readonly message?: unknown;
  readonly parent_tool_use_id?: string | null;
  readonly tool_use_result?: unknown;
  readonly error?: unknown;
  readonly model?: string;
  readonly tool_name?: string;
  readonly tool_use_id?: string;
  readonly content?: string;
  readonly attempt?: number;
  readonly max_retries?: number;
  readonly retry_delay_ms?: number;
  readonly is_error?: boolean;
  readonly usage?: WireCounts | null;
  readonly total_cost_usd?: number;
  readonly permission_denials?: readonly { readonly tool_name?: string; readonly tool_use_id?: string }[];
  readonly rate_limit_info?: { readonly status?: string; readonly resetsAt?: number };
}

/** One block of a message. */
export interface Block {
  readonly type?: string;
  readonly text?: string;
  readonly thinking?: string;
  readonly id?: string;
  readonly name?: string;
  readonly input?: unknown;
  readonly tool_use_id?: string;
  readonly content?: unknown;
  readonly is_error?: boolean;
}

/** The fields of what should be an object; none, if it is something else. */
export function fieldsOf(value: unknown): { readonly [name: string]: unknown } {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

/** The blocks of a message; a message that is plain text has none. */
export function blocksOf(message: unknown): readonly Block[] {
  const { content } = fieldsOf(message);
  return Array.isArray(content) ? content.map(fieldsOf) : [];
}
