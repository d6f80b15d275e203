import { parseArgs } from "node:util";

/**
 * The options of a benchmark, all of them numbers. `--help` prints how it is called and ends it; so does what can't be read,
 * with exit code 2.
 *
 * @param usage How it is called.
 * @param defaults Their names and what they are when they are not given.
 */
export function numbersFor<Defaults extends { readonly [name: string]: number }>(
  usage: string,
  defaults: Defaults,
): Defaults {
  const named = Object.keys(defaults).map((name) => [name, { type: "string" }] as const);
  try {
    const { values } = parseArgs({
      // `pnpm soak -- --minutes 3` passes the dashes on.
      args: process.argv.slice(2).filter((word) => word !== "--"),
      options: { ...Object.fromEntries(named), help: { type: "boolean", short: "h" } },
    });
    if (values["help"]) {
      console.log(usage);
      process.exit(0);
    }
    const given = Object.entries(values).map(([name, text]) => [name, numberIn(name, String(text))] as const);
    return { ...defaults, ...Object.fromEntries(given) };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    return process.exit(2);
  }
}

interface Rule {
  readonly words: string;
  readonly holds: (number: number) => boolean;
}

const count: Rule = { words: "a whole number above 0", holds: (number) => Number.isSafeInteger(number) && number > 0 };
const place: Rule = {
  words: "a whole number, 0 or above",
  holds: (number) => Number.isSafeInteger(number) && number >= 0,
};
/** Those that are no counts. */
const rules: { readonly [name: string]: Rule } = {
  minutes: { words: "a number above 0", holds: (number) => Number.isFinite(number) && number > 0 },
  seed: place,
  only: place,
};

function numberIn(name: string, text: string): number {
  const { words, holds } = rules[name] ?? count;
  const number = Number(text);
  if (text.trim() !== "" && holds(number)) return number;
  throw new Error(`--${name}: ${text} is not ${words}.`);
}
