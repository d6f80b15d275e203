import { jsonLine, type TurnEvent, type TurnRequest } from "@aifactory/core";
import type { CopilotOptions } from "./command.js";
import { failureOf } from "./failure.js";
import { type Line, type LineData, type SessionError, silent } from "./lines.js";
import { notice, toolCall, toolResult } from "./tools.js";

/** Makes the reader of one turn's lines. It remembers the text, who served and what went wrong. */
export function readLines(options: CopilotOptions, request: TurnRequest): (line: string) => readonly TurnEvent[] {
  let text = "";
  /** What was said and thought so far, by the id of the message or the thought. */
  const told = new Map<string, string>();
  let speaking = "";
  let servedModel = "";
  let trouble: SessionError | undefined;
  let hasActed = false;

  const say = (id: string, said: string): readonly TurnEvent[] => {
    if (said === "") return [];
    const piece = text !== "" && id !== speaking ? `\n\n${said}` : said;
    speaking = id;
    text += piece;
    told.set(id, (told.get(id) ?? "") + said);
    return [{ type: "text", text: piece }];
  };
  const think = (id: string, thought: string): readonly TurnEvent[] => {
    told.set(id, (told.get(id) ?? "") + thought);
    return thought === "" ? [] : [{ type: "thinking", text: thought }];
  };
  /** A message comes in deltas and then whole; without streaming, only whole. */
  const rest = (id: string, whole: string): string => {
    const before = told.get(id) ?? "";
    return whole.startsWith(before) ? whole.slice(before.length) : "";
  };
  const finish = ({ exitCode, usage }: Line): readonly TurnEvent[] => {
    const failed = exitCode === 0 ? trouble : (trouble ?? { message: `It ended with ${exitCode}.` });
    const error = failed && failureOf(failed, hasActed, options, request.model);
    return [
      ...costEvents(usage?.premiumRequests, options),
      {
        type: "finish",
        reason: { unified: error ? "error" : "stop", raw: failed?.errorType ?? `exit ${exitCode}` },
        message: { role: "assistant", text, calls: [] },
        ...(servedModel !== "" && { servedModel }),
        ...(error && { error }),
      },
    ];
  };
  const main = (line: Line, data: LineData): readonly TurnEvent[] => {
    const { messageId = "", reasoningId = "", deltaContent = "", content = "" } = data;
    switch (line.type ?? "") {
      case "assistant.message_delta":
        return say(messageId, deltaContent);
      case "assistant.message":
        servedModel = data.model ?? servedModel;
        return say(messageId, rest(messageId, content));
      case "assistant.reasoning_delta":
        return think(reasoningId, deltaContent);
      case "assistant.reasoning":
        return think(reasoningId, rest(reasoningId, content));
      case "assistant.turn_retry":
        return [notice("retry", `It tries again: ${data.reason}.`)];
      case "session.warning":
        return [notice("warning", data.message ?? "")];
      case "session.model_change":
        return [notice("model-change", `It goes on with ${data.newModel} (${data.cause ?? "no reason given"}).`)];
      case "session.error":
        trouble = data;
        return [];
      case "result":
        return finish(line);
      default:
        return silent.has(line.type ?? "") ? [] : [{ type: "raw", value: line }];
    }
  };

  return (said) => {
    const line: Line | undefined = jsonLine(said);
    if (!line) return [{ type: "raw", value: said }];
    const data = line.data ?? {};
    if (line.type === "tool.execution_start") {
      hasActed = true;
      return [toolCall(data)];
    }
    if (line.type === "tool.execution_complete") return toolResult(data, request.cwd);
    // What an agent of its own says is for it, not for us.
    const isOthers = line.agentId !== undefined || data.parentToolCallId !== undefined;
    return isOthers ? [{ type: "raw", value: line }] : main(line, data);
  };
}

/** It counts no tokens. What a subscription pays for is "premium requests"; an endpoint's bill it does not know. */
function costEvents(premiumRequests: number | undefined, { endpoint }: CopilotOptions): readonly TurnEvent[] {
  if (endpoint || premiumRequests === undefined) return [];
  return [
    notice("premium-requests", `The turn took ${premiumRequests} premium requests of the subscription.`),
    { type: "usage", counts: "turn", usage: { cost: { usd: 0, basis: "subscription" } } },
  ];
}
