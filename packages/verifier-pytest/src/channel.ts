import { createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";

const recordedEvent = z.discriminatedUnion("event", [
  z.object({
    event: z.literal("start"),
    python: z.string(),
    pytest: z.string(),
    plugins: z.array(z.string()),
  }),
  z.object({ event: z.literal("uncollected"), id: z.string(), message: z.string() }),
  z.object({ event: z.enum(["internal", "broken", "left"]), message: z.string() }),
  z.object({ event: z.enum(["deselected", "collected", "hidden", "over"]), ids: z.array(z.string()) }),
  z.object({ event: z.enum(["test", "async"]), id: z.string() }),
  z.object({
    event: z.literal("report"),
    id: z.string(),
    /** `setup`, `call` or `teardown`. */
    when: z.string(),
    /** `passed`, `failed`, `skipped`, or a plugin's own word. */
    outcome: z.string(),
    /** What was really raised, seen before anything could write it into the report. */
    raised: z.enum(["skip", "xfail", "error"]).nullable(),
    /** Whether the test is marked as expected to fail. */
    expected: z.boolean(),
    seconds: z.number(),
    file: z.string(),
    line: z.number(),
    message: z.string(),
  }),
  z.object({
    event: z.literal("lines"),
    seen: z.record(z.string(), z.array(z.number())),
    code: z.record(z.string(), z.array(z.number())),
  }),
  z.object({ event: z.literal("end"), code: z.number() }),
]);

/** One thing that the recorder saw. */
export type RecordedEvent = z.infer<typeof recordedEvent>;

/** The report of one phase of a test. */
export type Report = Extract<RecordedEvent, { event: "report" }>;

/** What came over the channel. */
export interface Heard {
  readonly events: readonly RecordedEvent[];
  /** Lines that the recorder did not write, or that are not where it wrote them. */
  readonly foreign: number;
}

/** Takes the recorder's lines, `digest json`, and keeps those that carry the key's digest and the next number. */
export function hear(text: string, key: string): Heard {
  const events: RecordedEvent[] = [];
  let foreign = 0;
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const event = isOurs(line, key) ? numbered(line.slice(65), events.length) : undefined;
    if (event) events.push(event);
    else foreign++;
  }
  return { events, foreign };
}

function isOurs(line: string, key: string): boolean {
  const digest = createHmac("sha256", Buffer.from(key, "hex")).update(line.slice(65)).digest();
  const given = Buffer.from(line.slice(0, 64), "hex");
  return given.length === digest.length && timingSafeEqual(given, digest);
}

/** Code that stole the key can sign anything, no JSON too. */
function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function numbered(json: string, number: number): RecordedEvent | undefined {
  const value = parsed(json);
  const isNext = z.object({ number: z.literal(number) }).safeParse(value).success;
  return isNext ? recordedEvent.safeParse(value).data : undefined;
}
