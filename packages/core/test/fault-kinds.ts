import type { ErrorCode, ErrorData, OutcomeStatus, RunEvent, TaskSpec, TurnEvent, Verifier } from "@aifactory/core";
import { errorData } from "@aifactory/core";
import type { FaultTurn } from "./fault-agent.js";

/** How a run ends. */
export type Ending = readonly [OutcomeStatus, ErrorCode?];

/** Something that goes wrong in a run, and how the run has to end. */
export interface Fault {
  readonly name: string;
  /** What the provider does after its first files, an agent in the same turn as these; afterwards it works well. */
  readonly turns?: readonly FaultTurn[];
  /** Nothing was written before. */
  readonly fresh?: true;
  /** What must come of it with either kind of provider; absent: it can't happen to that kind. */
  readonly model?: Ending;
  readonly agent?: Ending;
  /** Whether the next model of a list takes over. Absent: no list is tried. */
  readonly list?: "takes over" | "stays";
  readonly spec?: Partial<TaskSpec>;
  /** The content of `check.sh`. */
  readonly check?: string;
  readonly verifier?: Verifier;
  /** What is broken in the place. */
  readonly place?: "missing program" | "full disk" | "no folder";
  /** What happens from outside, once, and when. */
  readonly does?: "abort" | "move the branch" | "set the clock back" | "collect garbage";
  readonly at?: Moment;
  /** `resumeTask` says that there is nothing to go on with. Default: it goes on to `ready`. */
  readonly final?: true;
}

/** A point in a run. */
export type Moment = "begin" | "write" | "tool" | "tool done" | "verify";

/** The point in a run that an event marks, whichever kind of provider is at work. */
export function momentOf(event: RunEvent): Moment | undefined {
  if (event.type === "run-started") return "begin";
  if (event.type === "step-started" && event.step.startsWith("verify")) return "verify";
  if (event.type === "tool-started") return event.call.name === "run_command" ? "tool" : "write";
  if (event.type === "tool-finished" && event.call.name === "run_command") return "tool done";
  if (event.type !== "turn-event") return undefined;
  const said = event.event;
  if (said?.type === "file-change") return "write";
  if (said?.type === "tool-result") return "tool done";
  return said?.type === "tool-call" && said.effect !== undefined ? "tool" : undefined;
}

/** The same thing often enough for every retry and every nudge. */
export const many = (turn: FaultTurn): readonly FaultTurn[] => Array.from({ length: 12 }, () => turn);

/** A turn that fails. */
export const fails = (code: ErrorCode, facts: Partial<ErrorData> = {}): FaultTurn => ({
  error: errorData(code, `It is the fault ${code}.`, facts),
});

const tool = { id: "t", name: "shell", input: {} };
const begins: TurnEvent = { type: "tool-call", call: tool, effect: "execute" };
const ends: TurnEvent = { type: "tool-result", callId: "t", text: "fine", isError: false };

/** A tool that ends, and then more work. */
export const works = {
  calls: [{ name: "run_command", input: { command: "true" } }],
  events: [begins, ends],
  shell: `printf '%s\\n' '{"type":"text","text":"More."}'; sleep 300`,
} satisfies FaultTurn;

/** A tool that does not end, with processes in and out of its session. */
export const sleeps = {
  calls: [{ name: "run_command", input: { command: "setsid sleep 300 & sleep 300" } }],
  events: [begins],
  shell: "setsid sleep 300 & sleep 300",
} satisfies FaultTurn;

/** Both kinds end like this. */
export const either = (...ending: Ending): Pick<Fault, "model" | "agent"> => ({ model: ending, agent: ending });

/** A verifier that does only this. */
export const judge = (verify: Verifier["verify"]): Verifier => ({ apiVersion: 1, name: "shell", verify });
