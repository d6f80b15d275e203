import { accept } from "./accept.js";
import { objection } from "./context.js";
import { hintFor } from "./hints.js";
import { remainingText } from "./remaining-text.js";
import { scan } from "./scan.js";
import { makeSource } from "./source.js";
import { isMeantInThinking, isThinking } from "./thinking.js";
import { makeToolbox, type Toolbox } from "./toolbox.js";
import type {
  Finding,
  NearMiss,
  NearMissReason,
  OfferedTool,
  RecoveredCall,
  Recovery,
  RecoveryOptions,
} from "./types.js";

export type { NearMiss, NearMissReason, OfferedTool, RecoveredCall, Recovery, RecoveryOptions, Span } from "./types.js";

/**
 * Reads the tool calls that a model has written into the text of a finished reply.
 * Only for replies without native calls. No I/O, never throws, and takes time in proportion to the text.
 * @param tools What was offered to the model; calls of anything else become near misses.
 */
export function recoverToolCalls(
  text: string,
  tools: readonly OfferedTool[],
  _options: RecoveryOptions = {},
): Recovery {
  const toolbox = makeToolbox(tools);
  const found = scan(makeSource(text, toolbox));
  const calls: RecoveredCall[] = [];
  const nearMisses: NearMiss[] = [];
  const rehearsed: { readonly call: RecoveredCall; readonly isMeant: boolean }[] = [];
  let objected: { end: number; reason: NearMissReason } | undefined;
  for (const finding of found.findings) {
    if (finding.trouble !== undefined) nearMisses.push(missed(finding, finding.trouble, "", toolbox));
    for (const written of finding.calls) {
      const outcome = accept(written, finding, toolbox);
      if ("miss" in outcome) {
        nearMisses.push(outcome.miss);
        continue;
      }
      const carried = objected && text.slice(objected.end, finding.start).trim() === "" ? objected.reason : undefined;
      const reason = carried ?? objection(text, finding, outcome.tool.effect);
      if (reason !== undefined) {
        objected = { end: finding.end, reason };
        nearMisses.push(missed(finding, reason, written.name, toolbox));
      } else if (!isThinking(found.marks, finding.start)) calls.push(outcome.call);
      else rehearsed.push({ call: outcome.call, isMeant: isMeantInThinking(text, found.marks, finding, outcome.tool) });
    }
  }
  for (const call of calls.length > 0 ? [] : rehearsed)
    nearMisses.push({
      reason: "thinking",
      format: call.format,
      span: call.span,
      hint: hintFor("thinking", toolbox, call.name),
    });
  return { calls, nearMisses, text: remainingText(text, calls) };
}

function missed({ format, start, end }: Finding, reason: NearMissReason, name: string, toolbox: Toolbox): NearMiss {
  return { reason, format, span: [start, end], hint: hintFor(reason, toolbox, name) };
}
