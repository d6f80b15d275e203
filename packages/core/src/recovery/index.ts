import { readFilenameFences } from "./filename-fence.js";
import { judge } from "./judge.js";
import { remainingText } from "./remaining-text.js";
import { scan } from "./scan.js";
import { makeSource } from "./source.js";
import type { OfferedTool, Recovery, RecoveryOptions } from "./types.js";

export type { NearMiss, NearMissReason, OfferedTool, RecoveredCall, Recovery, RecoveryOptions, Span } from "./types.js";

/**
 * Reads the tool calls that a model has written into the text of a finished reply.
 * Only for replies without native calls. No I/O, never throws, and takes time in proportion to the text.
 * @param tools What was offered to the model; calls of anything else become near misses.
 */
export function recoverToolCalls(text: string, tools: readonly OfferedTool[], options: RecoveryOptions = {}): Recovery {
  const { calls, nearMisses } = judge(text, scan(makeSource(text, tools)), tools);
  if (options.filenameFence && calls.length === 0 && nearMisses.length === 0)
    calls.push(...readFilenameFences(text, tools));
  return { calls, nearMisses, text: remainingText(text, calls) };
}
