import { agentWords, type FinishReason, jsonLine, type TurnEvent, type TurnRequest } from "@aifactory/core";
import type { ClaudeCliOptions } from "./cli-command.js";
import { failureOf } from "./cli-failure.js";
import { type Block, blocksOf, fieldsOf, type Line } from "./cli-lines.js";
import { toolCall, toolResult } from "./cli-tools.js";
import { usageOf } from "./usage.js";

const reasons: { readonly [stop: string]: FinishReason } = {
  end_turn: "stop",
  max_tokens: "length",
  refusal: "content-filter",
};

/** Makes the reader of one turn's lines. It remembers the text, who served and which denials were told. */
export function readLines(options: ClaudeCliOptions, request: TurnRequest): (line: string) => readonly TurnEvent[] {
  const words = agentWords();
  let servedModel = "";
  let word = "";
  let retryAfterMs: number | undefined;
  let resetsAt: string | undefined;
  let hasActed = false;
  const denied = new Set<string>();

  const tell = (block: Block, id: unknown, isMain: boolean): readonly TurnEvent[] => {
    const { type, text: said = "", thinking } = block;
    // What an agent of its own says is for it, not for us.
    if (type === "text" && isMain) return words.say(id, said);
    if (type === "thinking" && isMain) return thinking ? [{ type: "thinking", text: thinking }] : [];
    if (type === "redacted_thinking") return [];
    if (type !== "tool_use") return [{ type: "raw", value: block }];
    hasActed = true;
    return [toolCall(block)];
  };
  const assistant = (line: Line): readonly TurnEvent[] => {
    const { id, model } = fieldsOf(line.message);
    if (typeof line.error === "string") word = line.error;
    // A failure is said twice: as a message of nobody, and in the result.
    if (model === "<synthetic>") return [];
    const isMain = !line.parent_tool_use_id;
    if (isMain && typeof model === "string") servedModel = model;
    return blocksOf(line.message).flatMap((block) => tell(block, id, isMain));
  };
  const deny = (name = "A tool", id = ""): readonly TurnEvent[] => {
    if (denied.has(id)) return [];
    denied.add(id);
    return [notice("permission-denied", `${name} was denied: it is not among the allowed tools.`)];
  };
  const system = (line: Line): readonly TurnEvent[] => {
    const { subtype, attempt, max_retries: tries, retry_delay_ms: delay = 0 } = line;
    if (subtype === "init") servedModel = line.model ?? "";
    if (subtype === "init" || subtype === "thinking_tokens") return [];
    if (subtype === "permission_denied") return deny(line.tool_name, line.tool_use_id);
    if (subtype === "informational") return [notice("informational", line.content ?? "")];
    if (subtype !== "api_retry") return [{ type: "raw", value: line }];
    // It adds up to a second at random to what the server asked for.
    retryAfterMs = Math.floor(delay / 1_000) * 1_000;
    return [notice("retry", `${String(line.error)}: it tries again in ${delay} ms (${attempt} of ${tries}).`)];
  };
  const limit = (line: Line): readonly TurnEvent[] => {
    const { status, resetsAt: seconds } = line.rate_limit_info ?? {};
    if (typeof seconds === "number") resetsAt = new Date(seconds * 1_000).toISOString();
    return status === "allowed_warning"
      ? [notice("usage-limit", `The usage limit is near; it resets ${resetsAt}.`)]
      : [];
  };
  const result = (line: Line): readonly TurnEvent[] => {
    const failure = line.is_error
      ? failureOf(line, { word, hasActed, ...(retryAfterMs !== undefined && { retryAfterMs }) }, options, request.model)
      : undefined;
    const error = failure && { ...failure, ...(failure.code === "quota" && resetsAt !== undefined && { resetsAt }) };
    const raw = (line.is_error ? line.terminal_reason : line.stop_reason) ?? line.subtype;
    return [
      ...(line.permission_denials ?? []).flatMap(({ tool_name: name, tool_use_id: id }) => deny(name, id)),
      ...usageEvents(line, options),
      {
        type: "finish",
        reason: { unified: error ? "error" : (reasons[line.stop_reason ?? ""] ?? "stop"), ...(raw && { raw }) },
        message: { role: "assistant", text: words.text, calls: [] },
        ...(servedModel !== "" && { servedModel }),
        ...(error && { error }),
      },
    ];
  };

  return (said) => {
    const line: Line | undefined = jsonLine(said);
    if (!line) return [{ type: "raw", value: said }];
    if (line.type === "assistant") return assistant(line);
    if (line.type === "user") return blocksOf(line.message).flatMap((block) => toolResult(block, line, request.cwd));
    if (line.type === "system") return system(line);
    if (line.type === "rate_limit_event") return limit(line);
    return line.type === "result" ? result(line) : [{ type: "raw", value: line }];
  };
}

/** The session is this turn's own, so its totals are the turn's. The amount is the program's own estimate from its list. */
function usageEvents({ usage, total_cost_usd: usd }: Line, { billing }: ClaudeCliOptions): readonly TurnEvent[] {
  if (!usage) return [];
  const amount = billing === "key" ? usd : 0;
  const basis = billing === "key" ? "estimated" : "subscription";
  const cost = typeof amount === "number" ? { cost: { usd: amount, basis } as const } : {};
  return [{ type: "usage", counts: "turn", usage: { ...usageOf(usage), ...cost } }];
}

function notice(code: string, message: string): TurnEvent {
  return { type: "notice", code, message };
}
