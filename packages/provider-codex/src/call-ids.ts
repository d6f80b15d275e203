import { createHash, randomUUID } from "node:crypto";

/**
 * A call's id as the wire accepts it. Ids that came from elsewhere (other vendors, recovered calls) may be too long or
 * have signs that are refused; the same id always gives the same one, so that a result still finds its call.
 *
 * @param limit Characters: 64 for responses; 40 for chat completions.
 */
export function wireCallId(id: string, limit: number): string {
  if (/^[\w-]+$/.test(id) && id.length <= limit) return id;
  return `call_${createHash("sha256").update(id).digest("hex").slice(0, 24)}`;
}

/** An id that no other call of the conversation has. Some servers send none, or count from 0 in each answer. */
export function freshCallId(id: string, taken: ReadonlySet<string>): string {
  if (id !== "" && !taken.has(id)) return id;
  return `call_${randomUUID().replaceAll("-", "").slice(0, 24)}`;
}
