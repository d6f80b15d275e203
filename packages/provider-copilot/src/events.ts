import { agentWords, jsonLine, type TurnEvent, type TurnRequest } from "@aifactory/core";
import type { CopilotOptions } from "./command.js";
import { failureOf } from "./failure.js";
import { type Line, type LineData, type SessionError, silent } from "./lines.js";
import { notice, toolCall, toolResult } from "./tools.js";

/** Makes the reader of one turn's lines. It remembers the text, who served and what went wrong. */
export function readLines(options: CopilotOptions, request: TurnRequest): (line: string) => readonly TurnEvent[] {
  const words = agentWords();
  let servedModel = "";
  let trouble: SessionError | undefined;
  let hasActed = false;

  const finish = ({ exitCode, usage }: Line): readonly TurnEvent[] => {
    const failed = exitCode === 0 ? trouble : (trouble ?? { message: `It ended with ${exitCode}.` });
    const error = failed && failureOf(failed, hasActed, options, request.model);
    return [
      ...costEvents(usage?.premiumRequests, options),
      {
        type: "finish",
        reason: { unified: error ? "error" : "stop", raw: failed?.errorType ?? `exit ${exitCode}` },
        message: { role: "assistant", text: words.text, calls: [] },
        ...(servedModel !== "" && { servedModel }),
        ...(error && { error }),
      },
    ];
  };
  const main = (line: Line, data: LineData): readonly TurnEvent[] => {
    const { messageId = "", reasoningId = "", deltaContent = "", content = "" } = data;
    switch (line.type ?? "") {
      case "assistant.message_delta":
        return words.say(messageId, deltaContent);
      case "assistant.message":
        servedModel = data.model ?? servedModel;
        // A message comes in deltas and then whole; without streaming, only whole.
        return words.say(messageId, words.rest(messageId, content));
      case "assistant.reasoning_delta":
        return words.think(reasoningId, deltaContent);
      case "assistant.reasoning":
        return words.think(reasoningId, words.rest(reasoningId, content));
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
