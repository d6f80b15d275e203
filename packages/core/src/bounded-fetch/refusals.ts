/** How a refusal in JSON, on one line, is put into a body. */
export type Frame = (json: string) => string;

/** A refusal that comes with a good status, in place of a stream, is framed. Everything else passes as it comes. */
export function refusals(frame: Frame): TransformStream<Uint8Array, Uint8Array> {
  let held: Uint8Array[] | undefined = [];
  return new TransformStream({
    transform(chunk, out) {
      if (held?.length === 0 && !mayBeRefusal(Buffer.from(chunk).toString())) held = undefined;
      if (held) held.push(chunk);
      else out.enqueue(chunk);
    },
    flush(out) {
      if (!held) return;
      const body = Buffer.concat(held);
      const said = objectIn(body.toString());
      out.enqueue(said?.error ? Buffer.from(frame(JSON.stringify(said))) : body);
    },
  });
}

/** What has a whole value on its first line, and no error in it, may be a stream of such lines. */
function mayBeRefusal(beginning: string): boolean {
  const line = beginning.trimStart().split("\n", 1)[0] ?? "";
  if (!line.startsWith("{")) return false;
  const said = objectIn(line);
  return !said || Boolean(said.error);
}

/** The object that a text in JSON is; undefined for any other text. */
function objectIn(text: string): { readonly error?: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
