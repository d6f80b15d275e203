import { agentWords } from "../agent-words.js";
import type { AcpExtras } from "../acp.js";
import { type ErrorData, errorData } from "../errors.js";
import { fieldsOf, type RpcValue, textOf } from "../json-rpc.js";
import type { Cost, FinishReason, TurnEvent, TurnRequest, Usage } from "../types.js";
import { acpTools } from "./tools.js";

/** What an agent answers to one prompt. */
export interface AcpAnswer {
  /** What one `session/update` means. */
  update(update: RpcValue): readonly TurnEvent[];
  /** A tool that was permitted: it need not be told again. */
  permitted(toolCall: RpcValue): readonly TurnEvent[];
  /** The last events, from the result of `session/prompt`. */
  end(result: RpcValue, extras?: AcpExtras): readonly TurnEvent[];
  /** The last event of a turn that failed. */
  fail(error: ErrorData): readonly TurnEvent[];
  /** Whether tools were used, so that a replay could do things twice. */
  readonly hasActed: () => boolean;
}

/** https://agentclientprotocol.com/protocol/v1/prompt-turn#stop-reasons */
const reasons: { readonly [stop: string]: FinishReason } = {
  end_turn: "stop",
  max_tokens: "length",
  refusal: "content-filter",
};

/** Updates that say nothing about the work. */
const silent = new Set([
  "user_message_chunk",
  "plan",
  "available_commands_update",
  "current_mode_update",
  "config_option_update",
  "session_info_update",
]);

/** Reads the updates of one prompt. Purely: it asks nobody anything. */
export function acpAnswer({ cwd, signal }: TurnRequest): AcpAnswer {
  const tools = acpTools(cwd);
  const spoken = agentWords();
  let cost: Cost | undefined;

  const use = (events: readonly TurnEvent[]): readonly TurnEvent[] => {
    spoken.pause();
    return events;
  };
  const finish = (
    unified: FinishReason,
    more: { raw?: string; servedModel?: string; error?: ErrorData },
  ): TurnEvent => {
    const { raw, ...facts } = more;
    const reason = { unified, ...(raw !== undefined && { raw }) };
    return { type: "finish", reason, message: { role: "assistant", text: spoken.text, calls: [] }, ...facts };
  };
  const fail = (error: ErrorData, raw?: string): readonly TurnEvent[] => {
    // Being stopped, it may still say something about that.
    if (signal.aborted) return [finish("aborted", {})];
    return [finish("error", { error, ...(raw !== undefined && { raw }) })];
  };

  return {
    fail,
    hasActed: tools.hasActed,
    permitted: (toolCall) => use(tools.permitted(toolCall)),
    update(update) {
      const { sessionUpdate: type, content, messageId: id } = update;
      const words = fieldsOf(content)["text"];
      if (type === "tool_call" || type === "tool_call_update") return use(tools.update(update));
      if (type === "agent_message_chunk" && typeof words === "string") return spoken.say(id, words);
      if (type === "agent_thought_chunk" && typeof words === "string") return [{ type: "thinking", text: words }];
      if (type === "usage_update") {
        cost = costOf(update["cost"]) ?? cost;
        return [];
      }
      return silent.has(textOf(type)) ? [] : [{ type: "raw", value: update }];
    },
    end(result, { usage = usageOf(result["usage"]), servedModel } = {}) {
      const raw = textOf(result["stopReason"]);
      const counted = { ...usage, ...(cost && { cost }), ...(usage?.cost && { cost: usage.cost }) };
      const used = Object.keys(counted).length > 0;
      const error = troubleOf(raw, spoken.text !== "" || tools.hasActed());
      return [
        ...(used ? [{ type: "usage", counts: "turn", usage: counted } as const] : []),
        ...(error
          ? fail({ ...error, ...(tools.hasActed() && { replaySafe: false }) }, raw)
          : [finish(reasons[raw] ?? "other", { raw, ...(servedModel !== undefined && { servedModel }) })]),
      ];
    },
  };
}

/** Ends that are no answer. */
function troubleOf(stopReason: string, hasAnswered: boolean): ErrorData | undefined {
  if (stopReason === "cancelled") return errorData("agent-exited", "The agent cancelled its turn by itself.");
  if (stopReason === "max_turn_requests")
    return errorData("limit-reached", "The agent has made as many requests as it may in one turn.");
  if (stopReason !== "end_turn" || hasAnswered) return undefined;
  const reason = "Its model gave nothing, or what it gave was withheld.";
  return errorData("cut-stream", `The agent ended its turn without a word and without using a tool. ${reason}`);
}

/** Not in the stable protocol yet: https://agentclientprotocol.com/rfds/session-usage */
function usageOf(value: unknown): Usage | undefined {
  const { inputTokens, outputTokens, thoughtTokens, cachedReadTokens, cachedWriteTokens } = fieldsOf(value);
  const counts = {
    inputTokens,
    outputTokens,
    reasoningTokens: thoughtTokens,
    cacheReadTokens: cachedReadTokens,
    cacheWriteTokens: cachedWriteTokens,
  };
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => typeof count === "number"));
}

/** The session is this turn's own, so its cost is the turn's. */
function costOf(value: unknown): Cost | undefined {
  const { amount, currency } = fieldsOf(value);
  return typeof amount === "number" && currency === "USD" ? { usd: amount, basis: "estimated" } : undefined;
}
