import { createHash } from "node:crypto";

/** What a vendor seals: readable by none but it, and useless when a letter is changed. */
export interface Sealed {
  readonly model: string;
  readonly id: string;
  readonly text: string;
  readonly signature: string;
}

/** A thought as encrypted content. */
export function sealed(content: Sealed): string {
  const body = Buffer.from(JSON.stringify(content)).toString("base64");
  return `gAAAA.${body}.${mark(body)}`;
}

/** What was sealed; undefined when somebody has changed it. */
export function opened(seal: string): Sealed | undefined {
  const [start, body = "", end] = seal.split(".");
  if (start !== "gAAAA" || end !== mark(body)) return undefined;
  return JSON.parse(Buffer.from(body, "base64").toString());
}

function mark(body: string): string {
  return createHash("sha256").update(`the vendor's own key ${body}`).digest("hex");
}
