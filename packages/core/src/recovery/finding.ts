import type { Finding, NearMissReason, Strength, WrittenCall } from "./types.js";

/** What was found. Every reader makes its findings here: all of one shape, which is what makes them cheap to judge. */
export function found(
  format: string,
  strength: Strength,
  start: number,
  end: number,
  calls: readonly WrittenCall[],
  trouble?: NearMissReason,
): Finding {
  return { format, strength, start, end, calls, trouble };
}

/** The same finding, found from one place to another. */
export function reaching({ format, strength, calls, trouble }: Finding, start: number, end: number): Finding {
  return { format, strength, start, end, calls, trouble };
}

/** A finding with one call in it, that reaches from its start to its end. */
export function foundCall(
  format: string,
  strength: Strength,
  start: number,
  end: number,
  name: string,
  input: unknown,
  traits: Traits = plain,
): Finding {
  return found(format, strength, start, end, [writtenCall(name, input, start, end, traits)]);
}

/** A shape that is plain and whose inside can't be read. */
export function troubled(
  format: string,
  strength: Strength,
  start: number,
  end: number,
  trouble: NearMissReason,
): Finding {
  return { format, strength, start, end, calls: none, trouble };
}

/** A call as it was written. */
export function writtenCall(
  name: string,
  input: unknown,
  start: number,
  end: number,
  { isText, isRepaired, isOpen, dropsUndeclared }: Traits = plain,
): WrittenCall {
  return { name, input, isText, isRepaired, isOpen, dropsUndeclared, start, end };
}

/** How a call was written; all of one shape too. */
export type Traits = Pick<WrittenCall, "isText" | "isRepaired" | "isOpen" | "dropsUndeclared">;

export const plain: Traits = { isText: false, isRepaired: false, isOpen: false, dropsUndeclared: false };
export const mended: Traits = { isText: false, isRepaired: true, isOpen: false, dropsUndeclared: false };
export const asText: Traits = { isText: true, isRepaired: false, isOpen: false, dropsUndeclared: false };
export const mendedText: Traits = { isText: true, isRepaired: true, isOpen: false, dropsUndeclared: false };

const none: readonly WrittenCall[] = [];
