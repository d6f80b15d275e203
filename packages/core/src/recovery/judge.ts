import { accept } from "./accept.js";
import { objection } from "./context.js";
import { hintFor } from "./hints.js";
import type { Scan } from "./scan.js";
import { isMeantInThinking, isThinking } from "./thinking.js";
import type { Finding, NearMiss, NearMissReason, OfferedTool, RecoveredCall } from "./types.js";

/** What the findings of a text come to. */
export interface Judgement {
  readonly calls: RecoveredCall[];
  readonly nearMisses: NearMiss[];
}

/** Decides on every finding: is it whole, does it fit a tool, do the words around it say that it is meant. */
export function judge(text: string, { findings, marks }: Scan, tools: readonly OfferedTool[]): Judgement {
  const calls: RecoveredCall[] = [];
  const nearMisses: NearMiss[] = [];
  const rehearsed: { readonly call: RecoveredCall; readonly isMeant: boolean }[] = [];
  let objected: { readonly end: number; readonly reason: NearMissReason } | undefined;
  let from = 0;
  for (const finding of findings) {
    if (finding.trouble !== undefined) nearMisses.push(missed(finding, finding.trouble, "", tools));
    for (const written of finding.calls) {
      const outcome = accept(written, finding, tools);
      if (outcome.miss !== undefined) {
        nearMisses.push(outcome.miss);
        continue;
      }
      // What introduces the first of several calls introduces those behind it too.
      const isNext =
        objected !== undefined && (finding.end === objected.end || isNextInList(text, objected.end, finding.start));
      const reason = (isNext ? objected?.reason : undefined) ?? objection(text, finding, outcome.tool.effect, from);
      if (reason !== undefined) {
        objected = { end: finding.end, reason };
        nearMisses.push(missed(finding, reason, written.name, tools));
      } else if (isThinking(marks, finding.start))
        rehearsed.push({ call: outcome.call, isMeant: isMeantInThinking(text, marks, finding, outcome.tool) });
      else calls.push(outcome.call);
    }
    from = finding.end;
  }
  // Calls outside of the thinking are the ones that the model decided on.
  if (calls.length > 0) return { calls, nearMisses };
  for (const { call, isMeant } of rehearsed) {
    if (isMeant) calls.push(call);
    else
      nearMisses.push({
        reason: "thinking",
        format: call.format,
        span: call.span,
        hint: hintFor("thinking", tools, call.name),
      });
  }
  return { calls, nearMisses };
}

/** Whether nothing stands between two calls but the rest of an item of a list and the mark of the next. */
function isNextInList(text: string, end: number, start: number): boolean {
  return start - end < 200 && nextItem.test(text.slice(end, start));
}

function missed(
  { format, start, end }: Finding,
  reason: NearMissReason,
  name: string,
  tools: readonly OfferedTool[],
): NearMiss {
  return { reason, format, span: [start, end], hint: hintFor(reason, tools, name) };
}

const nextItem =
  /^(?:\s*<\/[\w:|｜▁-]{1,60}>)*(?:\s*|[^\n]*\n\s*(?:(?:\d+[.)]|[-*•])\s+|[^\s:]+\.\w{1,5}:\d+:\s*))(?:<[^<>\n]{1,60}>\s*)*$/;
