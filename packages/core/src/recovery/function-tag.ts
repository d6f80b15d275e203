import { isTool } from "./toolbox.js";
import { asText, found, foundCall } from "./finding.js";
import { readFunctionBody } from "./function-body.js";
import { unquoted } from "./parameters.js";
import { matchAt, skipSpace, type Source } from "./source.js";
import type { Finding } from "./types.js";
import { attributes, prefix } from "./xml-values.js";

/**
 * `<function=f>`, `<function name="f">` and `<invoke name="f">` with `<parameter>` children or JSON in them:
 * Qwen3-Coder, Seed, functionary 3.1, MiniCPM, MiniMax, DeepSeek's DSML, Step-3, prompts for Claude.
 */
export function readFunctionTag(source: Source, start: number): Finding | undefined {
  const { text } = source;
  const opener = matchAt(openTag, text, start);
  const written = (opener?.[4] ?? opener?.[5] ?? opener?.[6] ?? "").trim();
  if (!opener || written === "") return undefined;
  const from = start + opener[0].length;
  const name = unquoted(written, (other) => isTool(source.tools, other));
  const format = formatOf(opener);
  if (opener[7] === "/") return foundCall(format, "marked", start, from, name, {}, asText);
  const isNamed = opener[4] === undefined;
  const finding = readFunctionBody(source, start, from, {
    name,
    format,
    opener: (opener[1] ?? "") + (opener[2] ?? ""),
    isNamed,
    isWhole: text[from - 1] === ">",
    isRepaired: false,
  });
  const isLlama = !isNamed && opener[2] === "function" && text[skipSpace(text, from)] === "{";
  return isLlama && finding.trouble === undefined
    ? found("functionary-v3.1", "marked", start, finding.end, finding.calls)
    : finding;
}

function formatOf(opener: RegExpExecArray): string {
  const space = opener[1] ?? "";
  if (space.includes("DSML")) return "deepseek-dsml";
  if (space === "steptml:") return "step3";
  return opener[2] === "function" ? "qwen3-coder-xml" : "invoke-xml";
}

const openTag = new RegExp(
  `<(${prefix})??(function|invoke|tool_call|call|tool)` +
    /(?:[ \t]*(=)\s{0,20}([^<>\n]{1,200}?)|[\sĠ]*name\s*=\s*(?:["']([^"'<>\n]*)["']|([^"'<>\s/]+)))/.source +
    attributes +
    /\s{0,20}(\/?)(?:>|(?=\s{0,20}\n|<))/.source,
  "y",
);
