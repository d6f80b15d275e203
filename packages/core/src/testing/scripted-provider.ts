import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ErrorData } from "../errors.js";
import type { FinishEvent, Provider, ToolCall, TurnEvent, TurnRequest, Usage } from "../types.js";

/** What a scripted model does in one turn. */
export interface ScriptedTurn {
  readonly text?: string;
  readonly thinking?: string;
  /** Ids are made where they are absent. */
  readonly calls?: readonly (Omit<ToolCall, "id"> & { readonly id?: string })[];
  /** Default: `error` with an error, `tool-calls` with calls, else `stop`. */
  readonly reason?: FinishEvent["reason"]["unified"];
  readonly error?: ErrorData;
  readonly usage?: Usage;
  readonly servedModel?: string;
  readonly native?: unknown;
  /** Kind `agent`: files it writes in the working folder, by relative path. */
  readonly files?: { readonly [path: string]: string };
  /** Said before everything else, as it stands. */
  readonly events?: readonly TurnEvent[];
  /** Says everything but the end, and then nothing more until it is aborted. */
  readonly stalls?: boolean;
}

/** A turn, or what makes one from what was asked. */
export type Script = ScriptedTurn | ((request: TurnRequest) => ScriptedTurn | Promise<ScriptedTurn>);

/** A provider that plays turns from memory. */
export interface ScriptedProvider extends Provider {
  /** What it was asked, in order. */
  readonly requests: readonly TurnRequest[];
}

/**
 * For tests of what stands above a provider. When the turns have run out it fails with `provider-broken`: a loop that
 * asks too often must not go unseen.
 */
export function scriptedProvider({
  name = "scripted",
  kind = "model",
  turns,
}: {
  readonly name?: string;
  readonly kind?: Provider["kind"];
  readonly turns: readonly Script[];
}): ScriptedProvider {
  const requests: TurnRequest[] = [];
  return {
    apiVersion: 1,
    name,
    kind,
    requests,
    async *turn(request) {
      const at = requests.push({ ...request, messages: [...request.messages] }) - 1;
      const script = turns[at];
      const turn = typeof script === "function" ? await script(request) : script;
      yield* playTurn(turn ?? outOfTurns(name, turns.length), { provider: name, at, request });
    },
  };
}

/** Where a turn is played. */
export interface TurnPlace {
  readonly provider: string;
  /** How many turns came before it. */
  readonly at: number;
  readonly request: TurnRequest;
}

/** The events of a scripted turn. */
export async function* playTurn(turn: ScriptedTurn, { provider, at, request }: TurnPlace): AsyncGenerator<TurnEvent> {
  const { model, cwd, signal } = request;
  const calls = (turn.calls ?? []).map((call, index): ToolCall => ({
    id: `${provider}-${at + 1}-${index + 1}`,
    ...call,
  }));
  const message = {
    role: "assistant" as const,
    text: turn.text ?? "",
    calls,
    ...(turn.native !== undefined && { native: { provider, model, data: turn.native } }),
  };
  const nothing = { role: "assistant" as const, text: "", calls: [] };
  if (signal.aborted) {
    yield { type: "finish", reason: { unified: "aborted" }, message: nothing };
    return;
  }
  yield* turn.events ?? [];
  if (turn.thinking !== undefined) yield { type: "thinking", text: turn.thinking };
  if (message.text !== "") yield { type: "text", text: message.text };
  for (const [path, text] of Object.entries(turn.files ?? {})) {
    await mkdir(dirname(join(cwd, path)), { recursive: true });
    await writeFile(join(cwd, path), text);
    yield { type: "file-change", path, change: "update" };
  }
  for (const call of calls) yield { type: "tool-call", call };
  if (turn.usage) yield { type: "usage", counts: "turn", usage: turn.usage };
  if (turn.stalls) await aborted(signal);
  const reason = signal.aborted ? "aborted" : (turn.reason ?? usualReason(turn));
  yield {
    type: "finish",
    reason: { unified: reason },
    message,
    ...(turn.servedModel !== undefined && { servedModel: turn.servedModel }),
    ...(turn.error && !signal.aborted && { error: turn.error }),
  };
}

function usualReason({ error, calls = [] }: ScriptedTurn): FinishEvent["reason"]["unified"] {
  if (error) return "error";
  return calls.length > 0 ? "tool-calls" : "stop";
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
}

function outOfTurns(name: string, count: number): ScriptedTurn {
  const message = `${name} was asked for more than the ${count} turns of its script.`;
  return { error: { code: "provider-broken", message, retryable: false } };
}
