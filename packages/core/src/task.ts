import { z } from "zod";
import { anyText, check, fields, number, oneOf, repositoryPath, text, whole, wholeOrNone, yesOrNo } from "./input.js";
import type { TaskSpec } from "./types.js";

const modelString = text("must name a model, as 'provider:model'");
const modelChain = z.union([modelString, z.array(modelString).min(1, "must name a model").readonly()]);
const aboveNone = number("must be a number above 0", (given) => Number.isFinite(given) && given > 0);
const verifierWords = "must be a verifier's name, such as 'pytest', or { verifier: 'pytest', … } with its options";
const verifier = text(verifierWords);

/** Limits of a task, with their defaults. */
export const limits = fields({
  turns: whole.default(100),
  fixes: wholeOrNone.default(2),
  minutes: aboveNone.default(60),
  tokens: whole.optional(),
  usd: aboveNone.optional(),
});

const schema = fields({
  repo: repositoryPath,
  prompt: text("must say what to do"),
  model: z.union(
    [modelChain, fields({ plan: modelChain.optional(), code: modelChain, fix: modelChain.optional() })],
    "must be a model string, several in a list, or { plan?, code, fix? } with such each",
  ),
  base: text("must be a branch, tag or commit").regex(/^[^-]/, "must not begin with a dash").default("HEAD"),
  verify: z.union([verifier, z.looseObject({ verifier })], verifierWords).optional(),
  tools: z
    .array(anyText("must be the name of a built-in tool"), "must be a list of names of built-in tools")
    .optional(),
  limits: limits.prefault({}),
  effort: oneOf("none", "minimal", "low", "medium", "high", "max").optional(),
  review: oneOf("required", "auto").default("required"),
  sandbox: oneOf("auto", "required", "none").default("auto"),
  network: yesOrNo.default(true),
  nudges: z.record(z.string(), wholeOrNone, "must be an object").optional(),
});

/** A task with every default filled in. */
export type Task = z.output<typeof schema>;

/**
 * Checks what the user asked for.
 *
 * @throws `invalid-spec`, naming each field and what it should be.
 */
export function parseTask(spec: TaskSpec): Task {
  return check("The task can't be run", schema, spec, "task");
}
