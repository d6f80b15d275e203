import { z } from "zod";
import { AifactoryError, toError } from "../errors.js";
import { callable, oneOf, path, problemsOf, text, yesOrNo } from "../input.js";
import type { Resolution } from "../resolve.js";
import type { Provider, Verifier } from "../types.js";

const apiVersion = z.literal(1, "must be 1, the version that this @aifactory/core speaks");

const provider = z.object(
  {
    apiVersion,
    name: text("must be a name"),
    kind: oneOf("model", "agent"),
    confines: yesOrNo.optional(),
    turn: callable,
    check: callable.optional(),
    describe: callable.optional(),
  } satisfies Record<keyof Provider, unknown>,
  "must be a provider",
);

const verifier = z.object(
  { apiVersion, name: text("must be a name"), verify: callable, check: callable.optional() } satisfies Record<
    keyof Verifier,
    unknown
  >,
  "must be a verifier",
);

/** Where names are looked up, as it comes in. */
export const resolution = {
  providers: z.array(provider, "must be a list of providers").optional(),
  verifiers: z.array(verifier, "must be a list of verifiers").optional(),
  resolveFrom: path("must be the path of a folder or file").optional(),
} satisfies Record<keyof Resolution, unknown>;

/** What a package can be one of. */
export interface PluginKind<Plugin> {
  readonly noun: "provider" | "verifier";
  readonly schema: z.ZodType;
  readonly is: (value: unknown) => value is Plugin;
}

export const providerKind: PluginKind<Provider> = {
  noun: "provider",
  schema: provider,
  is: (value): value is Provider => provider.safeParse(value).success,
};

export const verifierKind: PluginKind<Verifier> = {
  noun: "verifier",
  schema: verifier,
  is: (value): value is Verifier => verifier.safeParse(value).success,
};

/**
 * Makes what a package is there for.
 *
 * @throws `unknown-provider` or `unknown-verifier` when that can't be used.
 */
export function make<Plugin>(factory: unknown, name: string, { noun, schema, is }: PluginKind<Plugin>): Plugin {
  const code = `unknown-${noun}` as const;
  if (typeof factory !== "function") {
    const message = `The package of ${name} exports no factory, so it can't be used. Update it, or pass the ${noun} in.`;
    throw new AifactoryError(code, message);
  }
  const made = called(factory, name, code);
  if (is(made)) return made;
  const { error } = schema.safeParse(made, { reportInput: true });
  const problems = error ? problemsOf(error, noun) : [];
  const message = `What the package of ${name} makes can't be used; update it, or @aifactory/core:\n${problems.join("\n")}`;
  throw new AifactoryError(code, message);
}

function called(factory: CallableFunction, name: string, code: "unknown-provider" | "unknown-verifier"): unknown {
  try {
    return factory();
  } catch (cause) {
    if (cause instanceof AifactoryError) throw cause;
    throw new AifactoryError(code, `The package of ${name} can't be used: ${toError(cause).message}`, { cause });
  }
}
