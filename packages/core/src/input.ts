import { z } from "zod";
import { AifactoryError } from "./errors.js";

// The one place where what callers pass is checked. Each schema says what a value must be, as words that begin with "must";
// what is missing, and what was there instead, is added here.

/**
 * Checks what came in. It is not touched: options carry signals, providers and listeners, which must stay themselves.
 *
 * @param what What can't be done with it, as a sentence without an end.
 * @param name What the whole of it is called.
 * @returns It, with defaults, as data.
 * @throws `invalid-spec` that names every field and says what it must be.
 */
export function check<Schema extends z.ZodType>(
  what: string,
  schema: Schema,
  given: unknown,
  name = "",
): z.output<Schema> {
  const result = schema.safeParse(given, { reportInput: true });
  if (result.success) return result.data;
  throw new AifactoryError("invalid-spec", `${what}:\n${problemsOf(result.error, name).join("\n")}`);
}

/** What is wrong, a line for each field. */
export function problemsOf({ issues }: z.ZodError, name: string): readonly string[] {
  return issues.map((issue) => `  - ${describe(issue, name)}`);
}

function describe(issue: z.core.$ZodIssue, name: string): string {
  const field = issue.path.join(".");
  const { code, message, input } = issue;
  if (code === "unrecognized_keys") {
    const names = issue.keys.map((key) => [field, key].filter(Boolean).join("."));
    return `${names.join(", ")}: ${message}`;
  }
  const where = field || name;
  if (input === undefined) return `${where}: is missing; it ${message}`;
  return `${where}: ${message}${message.startsWith("must not") ? "" : `, not ${shown(input)}`}`;
}

function shown(given: unknown): string {
  if (typeof given === "string") return JSON.stringify(given.length > 80 ? `${given.slice(0, 80)}…` : given);
  if (typeof given === "function") return "a function";
  if (typeof given === "object" && given !== null) return Array.isArray(given) ? "a list" : "an object";
  return String(given);
}

/** An object of which these are all fields. */
export function fields<Shape extends z.core.$ZodLooseShape>(shape: Shape, words = "must be an object") {
  const known = `no such field; there are ${Object.keys(shape).join(", ")}`;
  return z.strictObject(shape, { error: ({ code }) => (code === "unrecognized_keys" ? known : words) });
}

/** A text with something in it, taken without the blanks around it. */
export function text(words: string) {
  return anyText(words).trim().min(1, words);
}

/** A text as it is. */
export function anyText(words = "must be a text") {
  return z.string(words).refine((given) => !given.includes("\0"), "must not have a NUL character in it");
}

export function oneOf<const Word extends string>(...allowed: readonly Word[]) {
  return z.enum(allowed, `must be one of ${allowed.join(", ")}`);
}

export const yesOrNo = z.boolean("must be true or false");

export function number(words: string, isFine: (given: number) => boolean) {
  return z.custom<number>((given) => typeof given === "number" && isFine(given), words);
}

export const whole = number("must be a whole number above 0", (given) => Number.isInteger(given) && given > 0);
export const wholeOrNone = number(
  "must be a whole number, 0 or more",
  (given) => Number.isInteger(given) && given >= 0,
);

/** Something that can be called. */
export const callable = z.custom<(...args: never) => unknown>(
  (given) => typeof given === "function",
  "must be a function",
);

/** Something that is known by what it can do: another copy of a class, or another realm's, will do as well. */
export function able<Thing>(words: string, members: { readonly [member: string]: "function" | "boolean" }) {
  return z.custom<Thing>(
    (given) =>
      typeof given === "object" &&
      given !== null &&
      Object.entries(members).every(([member, type]) => typeof Reflect.get(given, member) === type),
    words,
  );
}

export const milliseconds = number("must be milliseconds above 0", (given) => given > 0);
export const millisecondsOrNone = number("must be milliseconds, 0 or more", (given) => given >= 0);

/** A path as it is: blanks may be a part of it. */
export function path(words: string) {
  return anyText(words).min(1, words);
}

export const repositoryPath = path("must be the path of a git repository, such as '.'");
