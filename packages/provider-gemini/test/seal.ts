import { createHash } from "node:crypto";
import type { WireContent, WirePart } from "./wire.js";

/** What a thought signature hides: who thought what, and for which part. */
export interface Sealed {
  readonly model: string;
  readonly thinking: string;
  readonly signature: string;
  /** The part without its signature. */
  readonly part: WirePart;
}

/** A thought signature. */
export function sealed(thought: Sealed): string {
  const body = Buffer.from(JSON.stringify(thought)).toString("base64url");
  return Buffer.from(`${checksum(body)}.${body}`).toString("base64");
}

/** What a thought signature hides; undefined when it is not one, or was changed. */
export function opened(signature: string | undefined): Sealed | undefined {
  const [sum, body] = Buffer.from(signature ?? "", "base64")
    .toString()
    .split(".");
  if (!body || sum !== checksum(body)) return undefined;
  return JSON.parse(Buffer.from(body, "base64url").toString());
}

/** What a paused answer is continued with: it holds for one model and one conversation. */
export function tokenFor(model: string, contents: readonly WireContent[] | undefined): string {
  return Buffer.from(checksum(JSON.stringify([model, contents]))).toString("base64");
}

/** The same whatever the order of the names in it. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  );
}

function checksum(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
