import type { FinishReason } from "./types.js";

/** What one turn showed. */
export interface Observation {
  readonly reason: FinishReason;
  readonly text: string;
  readonly calls: readonly ObservedCall[];
  /** A recovery that almost read a call out of the text: how the call should be written. */
  readonly nearMiss?: string;
  /** Whether a call said that the work is done. */
  readonly finishes: boolean;
  /** Whether anything was written since this stretch of work began. Git says so, not the model. */
  readonly written: boolean;
}

export interface ObservedCall {
  readonly name: string;
  /** Tool, arguments and result in one string, equal exactly when all three are. */
  readonly fingerprint: string;
  readonly effect: "read" | "write" | "execute";
  readonly isError: boolean;
}

/** What a nudge may refer to. */
export interface NudgeFacts {
  readonly tool?: string;
  readonly hint?: string;
}

/** What to do after a turn. */
export type Advice =
  | { readonly do: "go-on" }
  | { readonly do: "end"; readonly end: "finished" }
  | { readonly do: "end"; readonly end: "stalled"; readonly rule: Rule; readonly why: string }
  | {
      readonly do: "nudge";
      readonly rule: Rule;
      readonly level: number;
      readonly facts: NudgeFacts;
      readonly without: readonly string[];
    };

/** How often each rule speaks before the run ends as stalled. A spec can set other numbers; 0 ends at the first offence. */
export const defaultNudges = {
  "only-reading": 3,
  repeating: 3,
  "code-in-text": 3,
  announcing: 3,
  empty: 2,
  "cut-off": 3,
  "near-miss": 4,
  "nothing-written": 3,
} as const;

export type Rule = keyof typeof defaultNudges;

/** Turns of nothing but reading before the first word; opening exploration is no loop. */
const patienceForReading = 8;
/** Equal calls with equal results in one stretch of unchanged files. */
const patienceForRepeats = 3;

/** Watches one stretch of work. One state machine for all rules. */
export interface Nudge {
  after(observation: Observation): Advice;
}

/** @param needsWrite Whether the work is done only when a file has changed. */
export function watchWork(needsWrite: boolean, limits: { readonly [rule: string]: number } = {}): Nudge {
  const spoken = new Map<Rule, number>();
  const seen = new Map<string, number>();
  let readingTurns = 0;

  const speak = (rule: Rule, facts: NudgeFacts = {}, without: readonly string[] = []): Advice => {
    const level = (spoken.get(rule) ?? 0) + 1;
    spoken.set(rule, level);
    if (level > (limits[rule] ?? defaultNudges[rule]))
      return { do: "end", end: "stalled", rule, why: stalledBecause[rule] };
    // A hint, then the exact call to make, then a toolset without what it loops on.
    return { do: "nudge", rule, level, facts, without: level > 2 ? without : [] };
  };

  return {
    after(turn) {
      const progressed = turn.calls.some(({ effect, isError }) => effect === "write" && !isError);
      if (progressed) {
        seen.clear();
        spoken.clear();
      }
      readingTurns =
        turn.calls.length > 0 && turn.calls.every(({ effect }) => effect === "read") ? readingTurns + 1 : 0;

      if (turn.finishes) return needsWrite && !turn.written ? speak("nothing-written") : { do: "end", end: "finished" };
      if (turn.calls.length > 0) {
        const repeated = mostRepeated(seen, turn.calls);
        if (repeated) return speak("repeating", { tool: repeated.name }, [repeated.name]);
        if (needsWrite && !turn.written && readingTurns >= patienceForReading) {
          readingTurns = 0;
          return speak("only-reading", {}, ["list_files", "search_files", "read_file"]);
        }
        return { do: "go-on" };
      }
      if (turn.reason === "length") return speak("cut-off");
      if (turn.reason === "pause") return { do: "go-on" };
      if (turn.nearMiss !== undefined) return speak("near-miss", { hint: turn.nearMiss });
      if (turn.text.trim() === "") return speak("empty");
      if (announces(turn.text)) return speak("announcing");
      if (!needsWrite || turn.written) return { do: "end", end: "finished" };
      return speak(hasCode(turn.text) ? "code-in-text" : "nothing-written");
    },
  };
}

const stalledBecause: { readonly [rule in Rule]: string } = {
  "only-reading": "it kept reading and wrote nothing",
  repeating: "it kept making the same call with the same result",
  "code-in-text": "it kept answering with code instead of writing it to a file",
  announcing: "it kept announcing work instead of doing it",
  empty: "it kept giving empty replies",
  "cut-off": "its replies kept being cut off by their length",
  "near-miss": "it kept writing tool calls that can't be read",
  "nothing-written": "it kept ending without having changed a file",
};

function mostRepeated(seen: Map<string, number>, calls: readonly ObservedCall[]): ObservedCall | undefined {
  // Two equal calls in one reply are one look at the world, not a loop.
  const distinct = new Map(calls.map((call) => [call.fingerprint, call]));
  let worst: ObservedCall | undefined;
  for (const [fingerprint, call] of distinct) {
    const times = (seen.get(fingerprint) ?? 0) + 1;
    seen.set(fingerprint, times);
    if (times >= patienceForRepeats) worst = call;
  }
  return worst;
}

/** A last sentence that promises more. Only its beginning decides, so that a summary of what was done does not. */
function announces(text: string): boolean {
  const last =
    text
      .trim()
      .split(/(?<=[.!?:])\s+|\n+/)
      .at(-1) ?? "";
  return /^(?:(?:okay|ok|now|next|first|then)[,:]?\s+)*(?:i(?:'ll| will| am going to|'m going to)|let me|let's)\s+(?!know\b)\w+/i.test(
    last.trim(),
  );
}

function hasCode(text: string): boolean {
  return /^```/m.test(text);
}
