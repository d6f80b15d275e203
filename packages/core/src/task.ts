import { z } from "zod";
import { AifactoryError } from "./errors.js";
import type { Limits, TaskSpec } from "./types.js";

const text = z.string().refine((given) => !given.includes("\0"), "must not have a NUL character in it");
const modelString = text.trim().min(1, "must name a model, as 'provider:model'");
const modelChain = z.union([modelString, z.array(modelString).min(1, "must name a model").readonly()]);
const positive = z.number().positive("must be above 0");
const whole = z.number().int("must be a whole number").positive("must be above 0");

const limits = z.strictObject({
  turns: whole.default(100),
  fixes: z.number().int("must be a whole number").nonnegative("must not be negative").default(2),
  minutes: positive.default(60),
  tokens: whole.optional(),
  usd: positive.optional(),
});

const schema = z.strictObject({
  repo: text.min(1, "must be the path of a git repository, such as '.'"),
  prompt: text.trim().min(1, "must say what to do"),
  model: z.union(
    [
      modelChain,
      z.strictObject({
        plan: modelChain.optional(),
        code: modelChain,
        fix: modelChain.optional(),
      }),
    ],
    {
      error: "must be a model string, several in a list, or { plan?, code, fix? } with such each",
    },
  ),
  base: text
    .trim()
    .min(1, "must be a branch, tag or commit")
    .regex(/^[^-]/, "must not begin with a dash")
    .default("HEAD"),
  verify: z
    .union([z.string().trim().min(1), z.looseObject({ verifier: z.string().trim().min(1) })], {
      error: "must be a verifier's name, such as 'pytest', or { verifier: 'pytest', … } with its options",
    })
    .optional(),
  tools: z.array(z.string()).optional(),
  limits: limits.prefault({}),
  effort: z.enum(["none", "minimal", "low", "medium", "high", "max"]).optional(),
  review: z.enum(["required", "auto"]).default("required"),
  sandbox: z.enum(["auto", "required", "none"]).default("auto"),
  network: z.boolean().default(true),
  nudges: z.record(z.string(), z.number().int().nonnegative()).optional(),
});

/** A task with every default filled in. */
export type Task = z.output<typeof schema>;

/**
 * Checks what the user asked for.
 *
 * @throws `invalid-spec`, naming each field and what it should be.
 */
export function parseTask(spec: TaskSpec): Task {
  const result = schema.safeParse(spec);
  if (result.success) return result.data;
  throw invalid("The task can't be run", result.error);
}

/**
 * Checks limits that take the place of a task's.
 *
 * @throws `invalid-spec`, as `parseTask` does.
 */
export function checkLimits(given: Limits): void {
  const result = z.strictObject({ limits }).safeParse({ limits: given });
  if (!result.success) throw invalid("The run can't go on", result.error);
}

function invalid(what: string, { issues }: z.ZodError): AifactoryError {
  const problems = issues.map((issue) => `  - ${describe(issue)}`);
  return new AifactoryError("invalid-spec", `${what}:\n${problems.join("\n")}`);
}

function describe(issue: z.core.$ZodIssue): string {
  const field = issue.path.join(".");
  if (issue.code === "unrecognized_keys") {
    const known = field === "limits" ? limits.keyof().options : field === "" ? schema.keyof().options : [];
    const names = issue.keys.map((key) => [field, key].filter(Boolean).join(".")).join(", ");
    return `${names}: no such field${known.length > 0 ? `; there are ${known.join(", ")}` : ""}`;
  }
  if (issue.code === "invalid_type" && issue.input === undefined)
    return `${field || "task"}: is missing (${issue.expected})`;
  return `${field || "task"}: ${issue.message}`;
}
