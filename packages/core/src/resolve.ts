import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { acpCommand } from "./acp.js";
import { AifactoryError, toError } from "./errors.js";
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

const known = ["claude", "claude-cli", "codex", "codex-cli", "gemini", "gemini-cli", "copilot", "ollama"] as const;

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
  const packages = name.includes("/") ? [name] : [`@aifactory/verifier-${name}`, `aifactory-verifier-${name}`];
  const module = await importFirst(packages, resolution);
  if (!module) {
    throw new AifactoryError(
      "unknown-verifier",
      `verify: there is no verifier ${name} here. Install it with: npm install ${packages[0]}`,
    );
  }
  return make(module.exports["default"], name, "unknown-verifier", isVerifier);
}

async function splitModel(asked: string, resolution: Resolution): Promise<{ provider: string; model: string }> {
  const colon = asked.indexOf(":");
  if (colon < 0) {
    // A bare provider name means that provider's own default model.
    if (isProvider(asked, resolution)) return { provider: asked, model: "" };
    const family = families.find(([pattern]) => pattern.test(asked));
    if (family) return { provider: family[1], model: asked };
    throw unknown(asked, `'${asked}' names no provider. Write provider:model, as claude:${asked} or ollama:${asked}`);
  }
  const provider = asked.slice(0, colon);
  const isTag = localTag.test(asked) && !isProvider(provider, resolution);
  return isTag ? { provider: "ollama", model: asked } : { provider, model: asked.slice(colon + 1) };
}

function isProvider(name: string, { providers = [] }: Resolution): boolean {
  return (known as readonly string[]).includes(name) || providers.some((provider) => provider.name === name);
}

async function providerFromPackage(name: string, asked: string, resolution: Resolution): Promise<Provider> {
  const isPath = name.includes("/");
  if (!/^(@[\w.-]+\/)?[\w.-]+$/.test(name)) throw unknown(asked, `'${name}' can't be the name of a provider`);
  // `x-cli` is the agent in the package of `x`: its named export `cli`.
  const family = name.endsWith("-cli") ? name.slice(0, -"-cli".length) : undefined;
  const own = isPath ? [name] : [`@aifactory/provider-${name}`, `aifactory-provider-${name}`];
  const module = await importFirst(own, resolution);
  if (module) return make(module.exports["default"], name, "unknown-provider", isModelProvider);
  const shared = family
    ? await importFirst([`@aifactory/provider-${family}`, `aifactory-provider-${family}`], resolution)
    : undefined;
  if (shared?.exports["cli"]) return make(shared.exports["cli"], name, "unknown-provider", isModelProvider);
  const install = isPath ? name : `@aifactory/provider-${family ?? name}`;
  const problem =
    (known as readonly string[]).includes(name) || isPath
      ? `the provider ${name} is not installed here`
      : `there is no provider ${name} here`;
  throw unknown(asked, problem, `npm install ${install}`, nearestTo(name, resolution));
}

function unknown(asked: string, problem: string, install?: string, near?: string): AifactoryError {
  const hint = near ? ` Did you mean ${near}:${asked.slice(asked.indexOf(":") + 1)}?` : "";
  const list = ` Providers with packages of their own: ${known.join(", ")}.`;
  return new AifactoryError(
    "unknown-provider",
    `model: ${problem}.${hint}${install ? ` Install it with: ${install}.` : ""}${list}`,
  );
}

function nearestTo(name: string, { providers = [] }: Resolution): string | undefined {
  const names = [...providers.map((provider) => provider.name), ...known];
  return names.includes(name) ? undefined : names.find((other) => distance(name, other) <= 2);
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

interface Imported {
  readonly exports: { readonly [name: string]: unknown };
}

/** The first of some packages that the caller's project has. One that is there and broken is an error, not a miss. */
async function importFirst(
  packages: readonly string[],
  { resolveFrom = process.cwd() }: Resolution,
): Promise<Imported | undefined> {
  const require = createRequire(join(resolveFrom, "package.json"));
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
        "unknown-provider",
        `The package ${name} is installed but can't be loaded: ${toError(cause).message}`,
        { cause },
      );
    }
  }
  return undefined;
}

function make<Plugin>(
  factory: unknown,
  name: string,
  code: "unknown-provider" | "unknown-verifier",
  isPlugin: (value: unknown) => value is Plugin,
): Plugin {
  if (typeof factory !== "function") {
    const message = `The package of ${name} exports no factory, so it can't be used. Update it, or pass the ${code.slice("unknown-".length)} in.`;
    throw new AifactoryError(code, message);
  }
  const made: unknown = factory();
  if (isPlugin(made)) return made;
  throw new AifactoryError(
    code,
    `What the package of ${name} makes does not speak apiVersion 1. Update @aifactory/core.`,
  );
}

function isModelProvider(value: unknown): value is Provider {
  return speaks(value) && "turn" in value && typeof value.turn === "function";
}

function isVerifier(value: unknown): value is Verifier {
  return speaks(value) && "verify" in value && typeof value.verify === "function";
}

function speaks(value: unknown): value is object {
  return typeof value === "object" && value !== null && "apiVersion" in value && value.apiVersion === 1;
}
