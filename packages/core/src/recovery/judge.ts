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
        objected !== undefined &&
        (finding.end === objected.end || text.slice(objected.end, finding.start).trim() === "");
      const reason = (isNext ? objected?.reason : undefined) ?? objection(text, finding, outcome.tool.effect);
      if (reason !== undefined) {
        objected = { end: finding.end, reason };
        nearMisses.push(missed(finding, reason, written.name, tools));
      } else if (isThinking(marks, finding.start))
        rehearsed.push({ call: outcome.call, isMeant: isMeantInThinking(text, marks, finding, outcome.tool) });
      else calls.push(outcome.call);
    }
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

function missed(
  { format, start, end }: Finding,
  reason: NearMissReason,
  name: string,
  tools: readonly OfferedTool[],
): NearMiss {
  return { reason, format, span: [start, end], hint: hintFor(reason, tools, name) };
}
