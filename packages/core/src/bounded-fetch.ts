import { AifactoryError } from "./errors.js";
import { type Frame, refusals } from "./bounded-fetch/refusals.js";
import { blank, blankCut, inAllForms, secrecyOf, secretsInAddress, soundsSecret } from "./secrecy.js";

/** Bytes of one answer, unpacked. The longest answers of models come to some 40 MB with everything around them. */
const mostBytes = 128 * 1024 * 1024;

/** Bytes without a line end: who reads lines has to keep so much. */
const longestLine = 16 * 1024 * 1024;

/** What is read of a refusal; it ends in an error's message. */
const longestRefusal = 16 * 1024;

/**
 * `fetch` for adapters. A server that answers without end, or packs much into little, ends in an error before it fills
 * memory. Redirects are not followed: `fetch` would send a key in any header but `authorization` to the other host too.
 * A refusal does not repeat the key that it was sent. One that comes as JSON with a good status is on one line, for SDKs that
 * read lines.
 *
 * @throws {AifactoryError} `invalid-request` for a redirect, and for an address that is none. A body that is too long
 *   breaks off with `server-error`.
 */
export async function boundedFetch(...request: Parameters<typeof fetch>): Promise<Response> {
  return fetchBounded(request, (error) => `${error}\n`);
}

/**
 * `boundedFetch` for SDKs that read server-sent events: they find none in a refusal that comes as JSON with a good status, and say
 * nothing of it. It is passed on as the stream's event `error`, which they throw with all that the vendor says.
 *
 * @throws As `boundedFetch`.
 */
export async function eventStreamFetch(...request: Parameters<typeof fetch>): Promise<Response> {
  return fetchBounded(request, (error) => `event: error\ndata: ${error}\n\n`);
}

async function fetchBounded([target, init]: Parameters<typeof fetch>, frame: Frame): Promise<Response> {
  const { url, headers: sent } = target instanceof Request ? target : { url: String(target), headers: init?.headers };
  checkAddress(url);
  const response = await fetch(target, { ...init, redirect: "manual" });
  const { status, body } = response;
  const secrets = secretsOf(url, new Headers(sent));
  const statusText = blank(response.statusText, secrets);
  const headers = new Headers([...response.headers].map(([name, value]) => [name, blank(value, secrets)]));
  if (status >= 300 && status < 400) {
    await body?.cancel();
    throw new AifactoryError("invalid-request", unfollowed(response), { status });
  }
  if (body === null) return new Response(null, { status, statusText, headers });
  if (!response.ok) return new Response(await beginningOf(body, secrets), { status, statusText, headers });
  const isJson = /^application\/(?:[\w.-]+\+)?json\b/i.test(headers.get("content-type") ?? "");
  const bounded = body.pipeThrough(bounds());
  return new Response(isJson ? bounded.pipeThrough(refusals(frame)) : bounded, { status, statusText, headers });
}

/** The error of ours that an SDK has wrapped into one of its own, if there is one. */
export function ownError(thrown: unknown): AifactoryError | undefined {
  if (thrown instanceof AifactoryError) return thrown;
  return thrown instanceof Error && thrown.cause !== undefined ? ownError(thrown.cause) : undefined;
}

function unfollowed({ status, headers, url }: Response): string {
  const location = headers.get("location");
  if (location === null) return `The server answered with status ${status}, which is no answer to this request.`;
  // Only the host: a path could repeat the key.
  const to = URL.canParse(location, url) ? new URL(location, url).origin : "elsewhere";
  return `The server answered with a redirect to ${to}, which is not followed because the key would go there. If that is right, set it as the address.`;
}

/** Passes on whole lines only: SDKs search and copy what they have with each piece, which takes minutes for a long line. */
function bounds(): TransformStream<Uint8Array, Uint8Array> {
  let bytes = 0;
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  const hold = (part: Uint8Array): void => {
    held.push(part);
    heldBytes += part.length;
  };
  return new TransformStream({
    transform(chunk, out) {
      bytes += chunk.length;
      const end = chunk.lastIndexOf(10) + 1;
      hold(chunk.subarray(0, end || chunk.length));
      if (bytes > mostBytes) throw tooMuch(`an answer of more than ${mostBytes}`);
      if (heldBytes > longestLine) throw tooMuch(`a line of more than ${longestLine}`);
      if (end === 0) return;
      out.enqueue(Buffer.concat(held));
      [held, heldBytes] = [[], 0];
      hold(chunk.subarray(end));
    },
    flush: (out) => out.enqueue(Buffer.concat(held)),
  });
}

function tooMuch(what: string): AifactoryError {
  return new AifactoryError("server-error", `The server sent ${what} bytes; it was cut off.`, { retryable: false });
}

/** `fetch` takes no user info in an address, and quotes the whole of it. */
function checkAddress(url: string): void {
  const { address } = secrecyOf(url, "");
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const wrong = !parsed ? "is none" : parsed.username + parsed.password !== "" ? "has a user or a password in it" : "";
  if (wrong === "") return;
  const message = `The address ${address} ${wrong}. Write it as https://host/path; the key is set by itself.`;
  throw new AifactoryError("invalid-request", message);
}

/** What a request carries in confidence. */
function secretsOf(url: string, headers: Headers): readonly string[] {
  const keys = [...headers]
    .filter(([name]) => soundsSecret(name))
    .flatMap(([, value]) => [value, value.replace(/^\w+ /, "")]);
  return inAllForms([...keys.filter((key) => key !== ""), ...secretsInAddress(url)]);
}

/** Blanked before it is cut, and where it is cut within a key. */
async function beginningOf(
  body: ReadableStream<Uint8Array>,
  secrets: readonly string[],
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader();
  const parts: Uint8Array[] = [];
  let bytes = 0;
  while (bytes < longestRefusal) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    bytes += value.length;
  }
  await reader.cancel().catch(() => {});
  const text = Buffer.concat(parts).subarray(0, longestRefusal).toString("latin1");
  return new Uint8Array(Buffer.from(blankCut(text, secrets), "latin1"));
}
