import { argumentsOf, renameArguments } from "./argument-names.js";
import { isSafeValue } from "./forbidden.js";
import { hintFor } from "./hints.js";
import { fitArguments } from "./schema.js";
import { fitsAsItStands, isRecord, signatureOf } from "./signature.js";
import { structureIn } from "./schema-text.js";
import { findTool } from "./toolbox.js";
import type { Finding, NearMiss, NearMissReason, OfferedTool, RecoveredCall, WrittenCall } from "./types.js";

/** The outcome for one written call. */
export type Acceptance =
  | { readonly tool: OfferedTool; readonly call: RecoveredCall; readonly miss: undefined }
  | { readonly tool: undefined; readonly call: undefined; readonly miss: NearMiss };

/** Holds a written call against the offered tools: the name, the names of its arguments, their values. */
export function accept(written: WrittenCall, finding: Finding, tools: readonly OfferedTool[]): Acceptance {
  const found = findTool(tools, written.name);
  if (!found) return refused(written, finding, tools, "unknown-tool");
  const { tool, isExact } = found;
  const isStrict = tool.effect === "execute";
  if (isStrict && (!isExact || written.isRepaired)) return refused(written, finding, tools, "unreadable");
  const given = givenArguments(written, tool);
  if (!given) return refused(written, finding, tools, "bad-arguments", "its arguments must be an object");
  if (!written.isOpen && fitsAsItStands(given, signatureOf(tool.inputSchema)))
    return accepted(written, finding, tool, given);
  if (!isSafeValue(given)) return refused(written, finding, tools, "forbidden-key");
  const named = written.dropsUndeclared
    ? declaredOnly(renameArguments(given, tool), tool)
    : renameArguments(given, tool);
  if (written.isOpen && !hasAll(named, tool)) return refused(written, finding, tools, "cut-off");
  const fit = fitArguments(named, tool.inputSchema, {
    root: tool.inputSchema,
    isText: written.isText,
    depth: 0,
    fuel: { left: 2000 + 4 * (written.end - written.start) },
  });
  if ("value" in fit && (fit.value === given || isSafeValue(fit.value)))
    return accepted(written, finding, tool, fit.value);
  return refused(written, finding, tools, "bad-arguments", "problem" in fit ? fit.problem : undefined);
}

function givenArguments(written: WrittenCall, tool: OfferedTool): { readonly [name: string]: unknown } | undefined {
  const { input } = written;
  if (isRecord(input)) return input;
  if (typeof input !== "string") return undefined;
  const structure = structureIn(input, tool.effect === "execute");
  if (isRecord(structure)) return structure;
  return structure === undefined ? argumentsOf(input, tool) : undefined;
}

/** Whether every declared argument is there, and there are any. */
function hasAll(given: { readonly [name: string]: unknown }, tool: OfferedTool): boolean {
  const { names } = signatureOf(tool.inputSchema);
  return names.size > 0 && [...names].every((name) => Object.hasOwn(given, name));
}

function declaredOnly(
  given: { readonly [name: string]: unknown },
  tool: OfferedTool,
): { readonly [name: string]: unknown } {
  const { names } = signatureOf(tool.inputSchema);
  return Object.fromEntries(Object.entries(given).filter(([name]) => names.has(name)));
}

function accepted(
  written: WrittenCall,
  finding: Finding,
  tool: OfferedTool,
  input: { readonly [name: string]: unknown },
): Acceptance {
  const call = {
    name: tool.name,
    arguments: input,
    format: finding.format,
    span: [written.start, written.end] as const,
  };
  return { tool, call, miss: undefined };
}

function refused(
  written: WrittenCall,
  finding: Finding,
  tools: readonly OfferedTool[],
  reason: NearMissReason,
  detail?: string,
): Acceptance {
  const hint = hintFor(reason, tools, written.name, detail);
  const miss = { reason, format: finding.format, span: [written.start, written.end] as const, hint };
  return { tool: undefined, call: undefined, miss };
}
