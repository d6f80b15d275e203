import { AifactoryError, type ModelFacts } from "@aifactory/core";
import type { ModelResponse, Ollama, ShowResponse } from "ollama";

/** What `/api/show` says of a model that matters to us. Absent means that this version of Ollama does not say. */
export interface LocalModel {
  readonly contextTokens?: number;
  /** `num_ctx` of its Modelfile. */
  readonly configuredTokens?: number;
  readonly tools?: boolean;
  readonly thinking?: boolean;
  /** Whether it takes levels of thinking rather than on and off. */
  readonly levels: boolean;
  /** Whether Ollama runs it on its own machines, not on ours. */
  readonly cloud: boolean;
}

/** Asks Ollama for a model. Rejects with `unknown-model`, naming those that are there and are called alike. */
export async function showModel(client: Ollama, model: string): Promise<LocalModel> {
  if (model === "") throw await nameOne(client);
  try {
    return readModel(model, await client.show({ model }));
  } catch (error) {
    if (!(error instanceof AifactoryError) || error.code !== "unknown-model") throw error;
    const names = await installed(client).catch(() => []);
    throw new AifactoryError("unknown-model", missing(model, names), { status: 404 });
  }
}

async function nameOne(client: Ollama): Promise<AifactoryError> {
  const names = await installed(client);
  const example = names[0] ?? "qwen3-coder:30b";
  return new AifactoryError(
    "unknown-model",
    `Name a model, such as ollama:${example}. Installed: ${names.join(", ") || "none"}.`,
  );
}

/** The names of the installed models. */
export async function installed(client: Ollama): Promise<readonly string[]> {
  const { models } = await client.list();
  return models.map(({ name }: ModelResponse) => name);
}

function missing(model: string, names: readonly string[]): string {
  const family = familyOf(model);
  const alike = names.filter((name) => {
    const other = familyOf(name);
    return other.includes(family) || family.includes(other);
  });
  const there =
    alike.length > 0
      ? `Installed and called alike: ${alike.slice(0, 5).join(", ")}.`
      : `Installed: ${names.slice(0, 10).join(", ") || "none"}.`;
  return `Ollama has no model ${model}. ${there} To get it, run: ollama pull ${model}`;
}

/** `hf.co/someone/Qwen3-Coder-GGUF:Q4` is of the family `qwen`. */
function familyOf(name: string): string {
  const base = name.split("/").at(-1)?.split(":")[0]?.toLowerCase() ?? "";
  return /^[a-z]+/.exec(base)?.[0] ?? base;
}

function readModel(model: string, shown: ShowResponse): LocalModel {
  const { capabilities, details, parameters } = shown;
  // The library calls it a Map; it is a plain object.
  const info = new Map<string, unknown>(Object.entries(shown.model_info ?? {}));
  const contextTokens = info.get(`${String(info.get("general.architecture"))}.context_length`);
  const configured = /^num_ctx\s+(\d+)/m.exec(parameters ?? "")?.[1];
  return {
    ...(typeof contextTokens === "number" && { contextTokens }),
    ...(configured !== undefined && { configuredTokens: Number(configured) }),
    ...(capabilities && {
      tools: capabilities.includes("tools"),
      thinking: capabilities.includes("thinking"),
    }),
    levels: /^gpt-?oss/.test(details?.family ?? "") || /gpt-oss/.test(model),
    cloud: "remote_host" in shown || /[:-]cloud$/.test(model),
  };
}

/** The same for `describe`. What runs here costs nothing; what a cloud model costs is a matter of the plan. */
export function factsOf({ contextTokens, tools, thinking, cloud }: LocalModel): ModelFacts {
  return {
    ...(contextTokens !== undefined && { contextTokens }),
    ...(tools !== undefined && { tools }),
    ...(thinking !== undefined && { thinking }),
    ...(!cloud && { price: { input: 0, output: 0 } }),
  };
}
