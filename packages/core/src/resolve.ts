import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { acpCommand } from "./acp.js";
import { AifactoryError, toError } from "./errors.js";
import { make, type PluginKind, providerKind, verifierKind } from "./resolve/plugins.js";
import { packageName, unknownModel, unknownVerifier } from "./resolve/unknown.js";
import type { Provider, Verifier } from "./types.js";

/** Where names are looked up. */
export interface Resolution {
  readonly providers?: readonly Provider[];
  readonly verifiers?: readonly Verifier[];
  /** A folder or file of the project whose packages are used. Default: the working directory. */
  readonly resolveFrom?: string;
}

/** A model string, understood. */
export interface ResolvedModel {
  readonly asked: string;
  readonly provider: Provider;
  /** The part behind the colon. */
  readonly model: string;
}

/** Families of bare model names, and whose they are. */
const families: readonly (readonly [pattern: RegExp, provider: string])[] = [
  [/^claude-/, "claude"],
  [/^(gpt|codex)-|^o\d/, "codex"],
  [/^gemini-/, "gemini"],
];

/** Tags as Ollama writes them: a size, or `latest`. Anything else before a colon is taken for a provider. */
const localTag = /^[\w./-]+:(latest|e?\d+(\.\d+)?(x\d+(\.\d+)?)?[bm])([-_.][\w.-]*)?$/i;

/** Providers with packages of their own. */
const known: readonly string[] = [
  "claude",
  "claude-cli",
  "codex",
  "codex-cli",
  "gemini",
  "gemini-cli",
  "copilot",
  "ollama",
];

/**
 * Finds the provider of a model string: among those passed in, then among the packages of the caller's project; with
 * `acp:<command>` any agent that speaks the Agent Client Protocol. There is no default and no guess.
 *
 * @throws `unknown-provider` with the candidates and the line to install one, `ambiguous-provider`, or `invalid-spec`.
 */
export async function resolveModel(asked: string, resolution: Resolution): Promise<ResolvedModel> {
  const { provider: name, model } = await splitModel(asked, resolution);
  const given = (resolution.providers ?? []).filter((provider) => provider.name === name);
  if (given.length > 1)
    throw new AifactoryError(
      "ambiguous-provider",
      `model: ${given.length} of the providers passed in are named ${name}. Pass one of them.`,
    );
  const provider =
    given[0] ?? (name === "acp" ? acpCommand(model) : await providerFromPackage(name, asked, resolution));
  return { asked, provider, model };
}

/**
 * Finds a verifier by its name: among those passed in, then among the packages of the caller's project.
 *
 * @throws `unknown-verifier`.
 */
export async function resolveVerifier(name: string, resolution: Resolution): Promise<Verifier> {
  const given = resolution.verifiers?.find((verifier) => verifier.name === name);
  if (given) return given;
  const hints = { given: namesOf(resolution.verifiers) };
  if (!packageName.test(name)) throw unknownVerifier(name, `'${name}' can't be the name of a verifier`, hints);
  const packages = name.includes("/") ? [name] : [`@aifactory/verifier-${name}`, `aifactory-verifier-${name}`];
  const module = await importFirst(packages, resolution, verifierKind);
  if (module) return make(module.exports["default"], name, verifierKind);
  throw unknownVerifier(name, `there is no verifier ${name} here`, { ...hints, install: packages[0] });
}

async function splitModel(asked: string, resolution: Resolution): Promise<{ provider: string; model: string }> {
  const colon = asked.indexOf(":");
  if (colon < 0) {
    // A bare provider name means that provider's own default model.
    if (isProvider(asked, resolution)) return { provider: asked, model: "" };
    const family = families.find(([pattern]) => pattern.test(asked));
    if (family) return { provider: family[1], model: asked };
    const cure = `Write provider:model, as claude:${asked} or ollama:${asked}`;
    throw unknownModel(asked, `'${asked}' names no provider. ${cure}`, { known, given: namesOf(resolution.providers) });
  }
  const provider = asked.slice(0, colon);
  const isTag = localTag.test(asked) && !isProvider(provider, resolution);
  return isTag ? { provider: "ollama", model: asked } : { provider, model: asked.slice(colon + 1) };
}

function isProvider(name: string, { providers }: Resolution): boolean {
  return known.includes(name) || namesOf(providers).includes(name);
}

function namesOf(given: readonly { readonly name: string }[] = []): readonly string[] {
  return given.map(({ name }) => name);
}

async function providerFromPackage(name: string, asked: string, resolution: Resolution): Promise<Provider> {
  const isPath = name.includes("/");
  const hints = { known, name, given: namesOf(resolution.providers) };
  if (!packageName.test(name)) throw unknownModel(asked, `'${name}' can't be the name of a provider`, hints);
  // `x-cli` is the agent in the package of `x`: its named export `cli`.
  const family = name.endsWith("-cli") ? name.slice(0, -"-cli".length) : undefined;
  const own = isPath ? [name] : [`@aifactory/provider-${name}`, `aifactory-provider-${name}`];
  const module = await importFirst(own, resolution, providerKind);
  if (module) return make(module.exports["default"], name, providerKind);
  const shared = family
    ? await importFirst([`@aifactory/provider-${family}`, `aifactory-provider-${family}`], resolution, providerKind)
    : undefined;
  if (shared?.exports["cli"]) return make(shared.exports["cli"], name, providerKind);
  const install = isPath ? name : `@aifactory/provider-${family ?? name}`;
  const problem =
    known.includes(name) || isPath ? `the provider ${name} is not installed here` : `there is no provider ${name} here`;
  throw unknownModel(asked, problem, { ...hints, install });
}

interface Imported {
  readonly exports: { readonly [name: string]: unknown };
}

/** The first of some packages that the caller's project has. One that is there and broken is an error, not a miss. */
async function importFirst(
  packages: readonly string[],
  { resolveFrom = process.cwd() }: Resolution,
  { noun }: PluginKind<unknown>,
): Promise<Imported | undefined> {
  const require = createRequire(resolve(resolveFrom, "package.json"));
  for (const name of packages) {
    let file: string;
    try {
      file = require.resolve(name);
    } catch {
      continue;
    }
    try {
      const exports: Imported["exports"] = await import(pathToFileURL(file).href);
      return { exports };
    } catch (cause) {
      throw new AifactoryError(
        `unknown-${noun}`,
        `The package ${name} is installed but can't be loaded: ${toError(cause).message}`,
        { cause },
      );
    }
  }
  return undefined;
}
