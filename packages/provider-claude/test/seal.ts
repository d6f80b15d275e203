import { createHash } from "node:crypto";

/** What the vendor seals: readable by none but it, and useless when a letter is changed. */
export interface Sealed {
  readonly model: string;
  readonly text: string;
  readonly signature: string;
}

/** A thought as a signature, or as the data of a redacted thought. */
export function sealed(content: Sealed): string {
  const body = Buffer.from(JSON.stringify(content)).toString("base64");
  return `${body}.${mark(body)}`;
}

/** What was sealed; undefined when somebody has changed it. */
export function opened(seal: string | undefined): Sealed | undefined {
  const [body = "", end] = (seal ?? "").split(".");
  return end === mark(body) ? JSON.parse(Buffer.from(body, "base64").toString()) : undefined;
}

function mark(body: string): string {
  return createHash("sha256").update(`the vendor's own key ${body}`).digest("hex");
}
