import { orLeft } from "./deadlines.js";
import { AifactoryError, toError } from "./errors.js";
import type { LiveEvent, StepKey } from "./events.js";
import type { ObservedCall } from "./nudge.js";
import { callSays } from "./prompts.js";
import { ToolTrouble } from "./tools/trouble.js";
import type { Tool, ToolCall, ToolContext, ToolMessage } from "./types.js";

/** Runs the calls of one reply after another. */
export interface ToolRunner {
  /** Results in the order of the calls, one for each, whatever happens: also after an abort. */
  run(calls: readonly ToolCall[], offered: readonly Tool[]): Promise<ToolOutcome[]>;
}

/** A call and what came of it. */
export interface ToolOutcome {
  readonly message: ToolMessage;
  readonly observed: ObservedCall;
  readonly ends: boolean;
}

/** A mutating call that has failed so often in the same way is not run again. */
const blockedAfter = 5;

/** Calls of one reply that are run; a model that is in earnest asks for a handful. */
export const mostCalls = 200;

/** Reads that run at the same time: each may be a process. */
const mostAtOnce = 8;

/**
 * @param tools Every tool of the run; those that are offered at the moment are named call by call.
 * @param graceMs For a tool that was told to stop.
 * @param hide Blanks what must not be said in a result. Default: nothing.
 */
export function toolRunner(
  tools: readonly Tool[],
  context: ToolContext,
  step: StepKey,
  tell: (event: LiveEvent) => void,
  graceMs: number,
  hide: (text: string) => string = (text) => text,
): ToolRunner {
  const failures = new Map<string, number>();

  const runOne = async (call: ToolCall, offered: readonly Tool[]): Promise<ToolOutcome> => {
    tell({ type: "tool-started", step, call });
    const tool = tools.find(({ name }) => name === call.name);
    const key = `${call.name} ${canonical(call.input)}`;
    const result = await resultOf(call, tool, offered, context, graceMs, failures.get(key) ?? 0);
    const { text, isError } = { ...result, text: hide(result.text) };
    if (tool && tool.effect !== "read") failures.set(key, isError ? (failures.get(key) ?? 0) + 1 : 0);
    tell({ type: "tool-finished", step, call, text, isError });
    return outcomeOf(call, text, isError, tool, `${key} ${text}`);
  };

  return {
    async run(calls, offered) {
      const outcomes: ToolOutcome[] = [];
      for (let at = 0; at < calls.length;) {
        if (context.signal.aborted) {
          outcomes.push(...calls.slice(at).map((call) => outcomeOf(call, callSays.aborted, true, undefined, call.id)));
          break;
        }
        if (at >= mostCalls) {
          const said = callSays.tooMany(mostCalls);
          outcomes.push(...calls.slice(at).map((call) => outcomeOf(call, said, true, undefined, call.id)));
          break;
        }
        const batch = nextBatch(calls.slice(at, mostCalls), tools);
        outcomes.push(...(await Promise.all(batch.map(async (call) => runOne(call, offered)))));
        at += batch.length;
        if (batch.some((call) => tools.some((tool) => tool.ends && tool.name === call.name))) {
          outcomes.push(...calls.slice(at).map((call) => outcomeOf(call, callSays.afterEnd, true, undefined, call.id)));
          break;
        }
      }
      return outcomes;
    },
  };
}

/** Reads that stand together run together, some at a time; whatever changes something runs alone, in its turn. */
function nextBatch(calls: readonly ToolCall[], tools: readonly Tool[]): readonly ToolCall[] {
  const isRead = (call: ToolCall): boolean =>
    tools.some(({ name, effect, ends }) => name === call.name && effect === "read" && !ends);
  const firstOther = calls.findIndex((call) => !isRead(call));
  if (firstOther === 0) return calls.slice(0, 1);
  return calls.slice(0, Math.min(mostAtOnce, firstOther < 0 ? calls.length : firstOther));
}

interface Result {
  readonly text: string;
  readonly isError: boolean;
}

async function resultOf(
  call: ToolCall,
  tool: Tool | undefined,
  offered: readonly Tool[],
  context: ToolContext,
  graceMs: number,
  failed: number,
): Promise<Result> {
  if (!tool)
    return trouble(
      callSays.unknownTool(
        call.name,
        offered.map(({ name }) => name),
      ),
    );
  if (!offered.includes(tool)) return trouble(callSays.notOffered(call.name));
  if (call.inputText !== undefined) return trouble(callSays.notJson(call.name, call.inputText));
  if (failed >= blockedAfter) return trouble(callSays.blocked(call.name));
  const input = tool.input.safeParse(call.input ?? {});
  if (!input.success) {
    const problems = input.error.issues
      .map(({ path, message }) => `${path.join(".") || "arguments"}: ${message}`)
      .join("; ");
    return trouble(callSays.badInput(call.name, problems));
  }
  try {
    const done = await orLeft(tool.run(input.data, context), context.signal, graceMs);
    return done ? { text: done.result, isError: false } : trouble(callSays.left(call.name));
  } catch (error) {
    if (context.signal.aborted) return trouble(callSays.aborted);
    if (error instanceof ToolTrouble) return trouble(error.message);
    // Our own errors have sentences in them that help a model too; a bug in a tool must not end the run.
    return trouble(
      error instanceof AifactoryError ? error.message : callSays.broken(call.name, toError(error).message),
    );
  }
}

function outcomeOf(
  call: ToolCall,
  text: string,
  isError: boolean,
  tool: Tool | undefined,
  fingerprint: string,
): ToolOutcome {
  return {
    message: { role: "tool", callId: call.id, name: call.name, text, isError },
    observed: { name: call.name, fingerprint, effect: tool?.effect ?? "read", isError },
    ends: tool?.ends === true && !isError,
  };
}

function trouble(text: string): Result {
  return { text, isError: true };
}

/** JSON with sorted keys: equal exactly when the values are. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    part !== null && typeof part === "object" && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  );
}
