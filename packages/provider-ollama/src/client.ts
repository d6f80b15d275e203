import { boundedFetch, secrecyOf } from "@aifactory/core";
import { Ollama } from "ollama";
import { refusalError } from "./failures.js";

/** Where Ollama is, and what it knows us by. */
export interface Place {
  readonly url: string;
  readonly key?: string;
}

/**
 * A client for one turn: the library's `abort` ends every stream of a client, and it can't stop a request that has not
 * been answered yet; the signal here does both. What it does with bad answers (it prints them to the console and goes
 * on) is done here instead.
 */
export function connect(place: Place, model: string, signal?: AbortSignal): Ollama {
  const { url, key } = place;
  return new Ollama({
    host: url,
    headers: authorization(place),
    async fetch(target, init) {
      const signals = [signal, init?.signal].filter((one) => one instanceof AbortSignal);
      const response = await boundedFetch(target, { ...init, signal: AbortSignal.any(signals) });
      const { status, headers } = response;
      if (!response.ok) {
        const words = wordsOf(await response.text());
        const seconds = Number(headers.get("retry-after") ?? Number.NaN);
        const delay = seconds >= 0 ? { retryAfterMs: seconds * 1_000 } : {};
        throw refusalError({ model, status, words: secrecyOf(url, key ?? "").hide(words), ...delay });
      }
      const body = response.body?.pipeThrough(new TextDecoderStream()).pipeThrough(readableLines());
      return new Response(body?.pipeThrough(new TextEncoderStream()) ?? null, { status, headers });
    },
  });
}

/** The key travels over https only: on a local network anybody can read plain HTTP. */
export function authorization({ url, key }: Place): { authorization?: string } {
  return key && url.startsWith("https://") ? { authorization: `Bearer ${key}` } : {};
}

function wordsOf(body: string): string {
  try {
    const { error }: { error?: unknown } = JSON.parse(body);
    const words = typeof error === "object" && error !== null && "message" in error ? error.message : error;
    return typeof words === "string" ? words : body;
  } catch {
    return body;
  }
}

/** Wraps lines that are no JSON as `{ unreadable }`; a last line without an end is left to the library. */
function readableLines(): TransformStream<string, string> {
  let rest: string[] = [];
  return new TransformStream({
    transform(chunk, out) {
      const lines = chunk.split("\n");
      for (const line of lines.slice(0, -1)) {
        out.enqueue(`${readable(rest.join("") + line)}\n`);
        rest = [];
      }
      rest.push(lines.at(-1) ?? "");
    },
    flush(out) {
      const last = rest.join("");
      if (last !== "") out.enqueue(readable(last));
    },
  });
}

function readable(line: string): string {
  if (line.trim() === "") return line;
  try {
    const { error }: { error?: unknown } = JSON.parse(line) ?? {};
    // A gateway's errors are objects; the library would say of one that it is one.
    return typeof error === "object" && error !== null ? JSON.stringify({ error: wordsOf(line) }) : line;
  } catch {
    return JSON.stringify({ unreadable: line });
  }
}
