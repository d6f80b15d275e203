/** A line of `--output-format json`, as far as it is read. Recorded streams of 1.0.102 are in `test/fixtures`. */
export interface Line {
  readonly type?: string;
  readonly data?: LineData;
  /** Set by an agent that the agent started. */
  readonly agentId?: string;
  /** Of the last line, `result`. */
  readonly exitCode?: number;
  readonly usage?: { readonly premiumRequests?: number };
}

/** What the lines carry, all kinds in one. */
export interface LineData extends SessionError {
  readonly messageId?: string;
  readonly reasoningId?: string;
  readonly deltaContent?: string;
  readonly content?: string;
  readonly parentToolCallId?: string;
  readonly model?: string;
  readonly newModel?: string;
  readonly cause?: string | null;
  readonly toolCallId?: string;
  readonly toolName?: string;
  readonly arguments?: unknown;
  readonly success?: boolean;
  readonly result?: { readonly content?: string };
  readonly error?: { readonly message?: string; readonly code?: string };
  readonly fileEdits?: readonly { readonly path?: string; readonly kind?: string }[];
  readonly reason?: string;
  readonly warningType?: string;
}

/** The data of a `session.error`. */
export interface SessionError {
  readonly errorType?: string;
  readonly errorCode?: string;
  readonly message?: string;
  readonly statusCode?: number;
}

/** Lines that say nothing a run needs: progress, counters, and what is told again in another line. */
export const silent: ReadonlySet<string> = new Set([
  "assistant.idle",
  "assistant.message_start",
  "assistant.tool_call_delta",
  "assistant.turn_end",
  "assistant.turn_start",
  "model.call_failure",
  "model.call_final_result",
  "model.call_finished",
  "model.call_start",
  "session.background_tasks_changed",
  "session.info",
  "session.mcp_servers_loaded",
  "session.skills_loaded",
  "session.tools_updated",
  "tool.execution_partial_result",
  "user.message",
]);
