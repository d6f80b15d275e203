import { AifactoryError } from "../errors.js";

/** What npm can have as a package's name (https://docs.npmjs.com/cli/configuring-npm/package-json#name), without the oddest. */
export const packageName = /^(@[a-z\d][a-z\d._~-]*\/)?[a-z\d][a-z\d._~-]*$/;

/** What is said besides the problem. */
interface Hints {
  /** Names of what was passed in. */
  readonly given: readonly string[];
  /** The package to install, if there can be one. */
  readonly install?: string | undefined;
}

/** The error of a model string, with what could be written instead. */
export function unknownModel(
  asked: string,
  problem: string,
  { known, name, ...hints }: Hints & { readonly known: readonly string[]; readonly name?: string },
): AifactoryError {
  const near = name === undefined ? undefined : nearest(name, [...hints.given, ...known]);
  const meant = near === undefined ? undefined : `${near}:${asked.slice(asked.indexOf(":") + 1)}`;
  const list = `Providers with packages of their own: ${known.join(", ")}.`;
  return new AifactoryError("unknown-provider", `model: ${problem}.${cures(meant, hints, "providers")} ${list}`);
}

/** The error of a verifier's name. */
export function unknownVerifier(name: string, problem: string, hints: Hints): AifactoryError {
  const cure = cures(nearest(name, hints.given), hints, "verifiers");
  return new AifactoryError("unknown-verifier", `verify: ${problem}.${cure}`);
}

function cures(meant: string | undefined, { given, install }: Hints, option: string): string {
  const sentences = [
    meant !== undefined && `Did you mean ${meant}?`,
    install !== undefined && `Install it with: npm install ${install}. Or pass it in, with the option ${option}.`,
    given.length > 0 && `Passed in: ${given.join(", ")}.`,
  ];
  return sentences
    .map((sentence) => sentence && ` ${sentence}`)
    .filter(Boolean)
    .join("");
}

/** The name that was meant, if one is near. */
function nearest(name: string, names: readonly string[]): string | undefined {
  if (names.includes(name)) return undefined;
  return names.find((other) => distance(name.toLowerCase(), other.toLowerCase()) <= 2);
}

/** Edits between two short names (Levenshtein). */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      const replaced = row[j - 1]! + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[other.length]!;
}
