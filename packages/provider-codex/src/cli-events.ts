import { agentWords, type ErrorData, type TurnEvent, type TurnRequest, type Usage } from "@aifactory/core";
import type { CodexCliOptions } from "./cli-command.js";
import { failureOf, infoOf } from "./cli-failure.js";
import { type Answer, type Item, type Params, silent, type TokenCounts } from "./cli-messages.js";
import { notice, toolCall, toolResult } from "./cli-tools.js";

/** What the notifications of one turn mean. It remembers the text, who served, and what was begun. */
export interface EventReader {
  /** The thread has begun; events of others are those of agents that it started. */
  begin(thread: Answer): void;
  /** Who pays is a subscription. */
  subscribe(): void;
  notified(method: string, params: Params): readonly TurnEvent[];
  /** The end of the turn. `raw` is Codex's word for it. */
  finish(raw: string, error?: ErrorData): TurnEvent;
}

/** Makes the reader of one turn. */
export function readEvents(options: CodexCliOptions, request: TurnRequest): EventReader {
  const words = agentWords();
  const begun = new Set<string>();
  let thread = "";
  let servedModel = "";
  let isSubscription = false;
  let resetsAt: string | undefined;
  let hasActed = false;

  const started = (item: Item): readonly TurnEvent[] => {
    const call = toolCall(item);
    if (!call) return [];
    hasActed = true;
    begun.add(item.id ?? "");
    return [call];
  };
  const completed = (item: Item): readonly TurnEvent[] => {
    const { type = "", id = "", text: said = "", summary = [], content = [] } = item;
    if (type === "userMessage") return [];
    if (type === "agentMessage") return words.say(id, words.rest(id, said));
    if (type === "reasoning")
      return words.told(id) === "" ? words.think(id, [...summary, ...content].join("\n\n")) : [];
    if (type === "contextCompaction") return [notice("compaction", "It shortened what it remembers of this turn.")];
    if (begun.has(id)) return toolResult(item, request.cwd);
    const call = started(item);
    return call.length > 0 ? [...call, ...toolResult(item, request.cwd)] : [{ type: "raw", value: item }];
  };
  const count = (total: TokenCounts = {}): readonly TurnEvent[] => {
    // When the model's window is full, it forgets what it counted.
    if (!total.inputTokens && !total.outputTokens) return [];
    // A short command that the sandbox stops is not told: after the model's first answer something may have been done.
    hasActed = true;
    return [{ type: "usage", counts: "turn", usage: usageOf(total, isSubscription) }];
  };
  const finish: EventReader["finish"] = (raw, error) => ({
    type: "finish",
    reason: { unified: error ? "error" : "stop", raw },
    message: { role: "assistant", text: words.text, calls: [] },
    ...(servedModel !== "" && { servedModel }),
    ...(error && { error }),
  });
  const end = ({ status = "", error }: NonNullable<Params["turn"]>): TurnEvent => {
    if (status === "completed") return finish(status);
    const trouble = error ?? { message: `The turn was ${status}.` };
    const facts = { model: request.model || servedModel, resetsAt, hasActed };
    return finish(infoOf(trouble).name || status, failureOf(trouble, facts, options));
  };
  const main = (method: string, params: Params): readonly TurnEvent[] => {
    const { itemId = "", delta = "", item = {}, error = {}, message = "", summary, details } = params;
    switch (method) {
      case "item/agentMessage/delta":
        return words.say(itemId, delta);
      case "item/reasoning/summaryTextDelta":
      case "item/reasoning/textDelta":
        return words.think(itemId, delta);
      case "item/started":
        return started(item);
      case "item/completed":
        return completed(item);
      case "thread/tokenUsage/updated":
        return count(params.tokenUsage?.total);
      case "account/rateLimits/updated":
        resetsAt = resetOf(params.rateLimits) ?? resetsAt;
        return [];
      case "error":
        // What is final is told again at the turn's end.
        return params.willRetry ? [notice("retry", `${error.message}: ${error.additionalDetails ?? ""}`)] : [];
      case "model/rerouted":
        servedModel = params.toModel ?? "";
        return [notice("model-change", `It goes on with ${servedModel} (${params.reason}).`)];
      case "warning":
      case "guardianWarning":
        return [notice("warning", message)];
      case "configWarning":
      case "deprecationNotice":
        return [notice("warning", `${summary} ${details ?? ""}`.trim())];
      case "turn/completed":
        return [end(params.turn ?? {})];
      default:
        return silent.includes(method) ? [] : [{ type: "raw", value: { method, params } }];
    }
  };

  return {
    begin({ thread: { id = "" } = {}, model = "" }) {
      thread = id;
      servedModel = model;
    },
    subscribe() {
      isSubscription = true;
    },
    notified(method, params) {
      // What an agent of its own says and ends is for it, not for us.
      const isOthers = params.threadId && thread !== "" && params.threadId !== thread;
      return isOthers ? [{ type: "raw", value: { method, params } }] : main(method, params);
    },
    finish,
  };
}

/** The thread is this turn's own, so its totals are the turn's. */
function usageOf(total: TokenCounts, isSubscription: boolean): Usage {
  const { inputTokens, cachedInputTokens, cacheWriteInputTokens, outputTokens, reasoningOutputTokens } = total;
  return {
    ...(inputTokens !== undefined && { inputTokens }),
    ...(cachedInputTokens !== undefined && { cacheReadTokens: cachedInputTokens }),
    ...(cacheWriteInputTokens !== undefined && { cacheWriteTokens: cacheWriteInputTokens }),
    ...(outputTokens !== undefined && { outputTokens }),
    ...(reasoningOutputTokens !== undefined && { reasoningTokens: reasoningOutputTokens }),
    ...(isSubscription && { cost: { usd: 0, basis: "subscription" } }),
  };
}

/** When the last of the limits that are used up resets, ISO 8601. */
function resetOf({ primary, secondary }: NonNullable<Params["rateLimits"]> = {}): string | undefined {
  const usedUp = [primary, secondary].filter((window) => (window?.usedPercent ?? 0) >= 100);
  const last = Math.max(0, ...usedUp.map((window) => window?.resetsAt ?? 0));
  return last > 0 ? new Date(last * 1_000).toISOString() : undefined;
}
