import { AifactoryError } from "@aifactory/core";
import { z } from "zod";

const commit = z.string().regex(/^\S+$/, "must name a commit");
const bytes = z.number().int().positive();

const fields = {
  /** Milliseconds for everything, the environment's first installation included. */
  timeoutMs: z.number().int().positive().default(600_000),
  /** The interpreter to build the environment with. */
  python: z.string().min(1).default("python3"),
  /** The project's folder in the repository. Default: the root, or the project that the change is in. */
  project: z.string().min(1).optional(),
  /** What edited or deleted old tests mean when what they said no longer holds, or was only reworded. */
  testEdits: z.enum(["forbid", "review", "allow"]).default("review"),
  /** `required`: without a sandbox nothing is run. `auto`: the verdict says whether there was one. */
  sandbox: z.enum(["auto", "required", "none"]).default("auto"),
  /** Further requirements. */
  requirements: z.array(z.string().min(1)).default([]),
  /** Folder for environments and for what the tests did before the change. */
  cache: z.string().min(1).optional(),
  /** Whether the interpreter's own packages may be used. */
  systemPackages: z.boolean().default(false),
  /** Whether requirements may be built from source: that runs their code with the user's rights. */
  builds: z.boolean().default(false),
  /** Tests of the user's own, outside the repository: absolute paths. */
  acceptance: z.strictObject({ files: z.array(z.string().min(1)).min(1) }).optional(),
  limits: z
    .strictObject({
      processes: z.number().int().positive().default(128),
      memoryBytes: bytes.default(4 * 1024 ** 3),
      fileBytes: bytes.default(256 * 1024 ** 2),
    })
    .prefault({}),
};

const options = z.strictObject(fields, {
  error: (issue) =>
    issue.code === "unrecognized_keys"
      ? `${issue.keys.join(", ")}: no such option; there are ${Object.keys(fields).join(", ")}`
      : undefined,
});

const request = options.extend({
  /** Path of a git repository that has both commits. It is read, never written. */
  repo: z.string().min(1),
  /** The commits, by any of git's names for them: the verdict has their full ids. */
  base: commit,
  head: commit,
});

const id = z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/, "must be a full commit id");
const ids = z.object({ base: id, head: id });

/** What is verified, and how: complete. */
export type VerifyCommitOptions = z.output<typeof request>;
/** What is verified, and how: only `repo`, `base` and `head` are needed. */
export type VerifyCommitInput = z.input<typeof request>;

/** @throws `invalid-spec` that names the field. */
export function parseOptions(input: unknown): VerifyCommitOptions {
  return parse(request, input);
}

/**
 * Checks options alone, before there is anything to verify.
 *
 * @throws `invalid-spec` that names the field.
 */
export function checkOptions(input: unknown): void {
  parse(options, input);
}

/**
 * For who has ids and must mean exactly them: a run's commits.
 *
 * @throws `invalid-spec` for a name that could mean another commit by now.
 */
export function requireIds(input: { readonly base: string; readonly head: string }): void {
  parse(ids, { base: input.base, head: input.head });
}

function parse<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "options"}: ${message}`);
  throw new AifactoryError("invalid-spec", `The pytest verifier can't work with this. ${problems.join("; ")}`);
}
