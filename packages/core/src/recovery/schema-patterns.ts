import { isRecord } from "./signature.js";

/** What `patternProperties` says of a name: the schema of the first pattern that it matches. */
export interface NamePattern {
  readonly pattern: RegExp;
  readonly schema: unknown;
}

/** The patterns of a schema that can be tested in little time. */
export function namePatterns(patternProperties: unknown): readonly NamePattern[] {
  if (!isRecord(patternProperties)) return [];
  const patterns: NamePattern[] = [];
  for (const [source, schema] of Object.entries(patternProperties)) {
    const pattern = compiled(source);
    if (pattern) patterns.push({ pattern, schema });
  }
  return patterns;
}

/** Names come from the model: a long one is tested against nothing. */
export function patternFor(patterns: readonly NamePattern[], name: string): NamePattern | undefined {
  return name.length > longestName ? undefined : patterns.find(({ pattern }) => pattern.test(name));
}

/** A repetition in a repetition, or of one of several parts, may take endless time; so may many of them in a row. */
function compiled(source: string): RegExp | undefined {
  const plain = source.replaceAll(/\\[^1-9]|\[(?:\\.|[^\]])*\]/g, "x");
  if (plain.length > 200 || plain.includes("\\") || /\([^()]*[|*+{(][^()]*\)[*+{]|\)\)/.test(plain)) return undefined;
  if ((plain.match(/[*+{]/g)?.length ?? 0) > 3) return undefined;
  try {
    return new RegExp(source, "u");
  } catch {
    return undefined;
  }
}

const longestName = 80;
