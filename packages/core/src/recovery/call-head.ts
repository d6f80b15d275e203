import { signatureOf } from "./signature.js";
import type { Source } from "./source.js";
import { isTool } from "./toolbox.js";

/** Whether broken JSON between two places has begun as a call: with the name of an offered tool, or with one of its parameters. */
export function isCallHead({ text, tools }: Source, start: number, end: number): boolean {
  const head = text.slice(start, Math.min(end, start + farthest));
  for (const [, key = "", value = ""] of head.matchAll(keyed))
    if (isTool(tools, value) || tools.some(({ inputSchema }) => signatureOf(inputSchema).names.has(key))) return true;
  return false;
}

/** Of a long object, the first keys say what it is. */
const farthest = 400;
const keyed = /([\w-]{1,80})["']?\s*[:=]\s*(?:["'`“]?([\w.-]{1,80}))?/g;
