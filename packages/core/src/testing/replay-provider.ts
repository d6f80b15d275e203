import { readFile } from "node:fs/promises";
import { z } from "zod";
import { AifactoryError, errorData, toError } from "../errors.js";
import type { Provider, TurnEvent } from "../types.js";
import { playTurn, type ScriptedTurn } from "./scripted-provider.js";

const recording = z.array(
  z.strictObject({
    text: z.string().default(""),
    thinking: z.string().optional(),
    calls: z.array(z.strictObject({ name: z.string(), input: z.unknown() })).default([]),
  }),
);

/**
 * A recorded model, named `replay`: it plays the turns of a JSON file, whatever it is asked, and costs nothing. The file
 * is an array of turns, each with the `text` that was said and the `calls` that were made (`name`, `input`), both optional.
 * When the recording is over, a further turn fails with `provider-broken`.
 *
 * @param file Path or file URL of the recording. It is read with the first turn.
 */
export function replayProvider(file: string | URL): Provider {
  let turns: Promise<readonly ScriptedTurn[]> | undefined;
  let at = 0;
  return {
    apiVersion: 1,
    name: "replay",
    kind: "model",
    async *turn(request) {
      try {
        const all = await (turns ??= readTurns(file));
        const mine = at++;
        yield* playTurn(all[mine] ?? over(all.length), { provider: "replay", at: mine, request });
      } catch (error) {
        yield failed(toError(error));
      }
    },
    async check() {
      const { length } = await readTurns(file);
      return { billing: "local", notes: [`This is a recording of ${length} turns, not a model.`] };
    },
    describe: async () => ({ tools: true, price: { input: 0, output: 0 } }),
  };
}

async function readTurns(file: string | URL): Promise<readonly ScriptedTurn[]> {
  try {
    const turns = recording.parse(JSON.parse(await readFile(file, "utf8")));
    return turns.map(({ thinking, ...turn }) => ({
      ...turn,
      ...(thinking !== undefined && { thinking }),
    }));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : toError(cause).message;
    throw new AifactoryError("provider-broken", `The recording ${String(file)} can't be played: ${why}`, { cause });
  }
}

function over(count: number): ScriptedTurn {
  const message = `The recording is over: it has ${count} turns, and one more was asked for.`;
  return { error: errorData("provider-broken", message) };
}

function failed(error: AifactoryError): TurnEvent {
  const message = { role: "assistant", text: "", calls: [] } as const;
  return { type: "finish", reason: { unified: "error" }, message, error: error.toJSON() };
}
