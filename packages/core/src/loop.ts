import type { Deadlines } from "./deadlines.js";
import { type ErrorData, errorData } from "./errors.js";
import type { LiveEvent, RecordEvent, StepKey, WorkEnd } from "./events.js";
import { type Advice, watchWork } from "./nudge.js";
import { nudgeSays } from "./prompts.js";
import { type ReadReply, readReply } from "./reply.js";
import { type ToolOutcome, toolRunner } from "./tool-calls.js";
import { describeTool } from "./tools/index.js";
import type { Retry } from "./retry.js";
import { type Reply, takeTurn } from "./turn.js";
import type { Effort, Message, Provider, Tool, ToolContext, Usage } from "./types.js";

/** A stretch of work for one provider: until it is done, stuck, out of limits or broken. */
export interface WorkOrder {
  readonly step: StepKey;
  readonly provider: Provider;
  /** The model string as it was asked for, and the part behind the colon. */
  readonly asked: string;
  readonly model: string;
  readonly system: string;
  /** What was said before: it is in the journal already. */
  readonly history: readonly Message[];
  /** What is said now. */
  readonly messages: readonly Message[];
  readonly tools: readonly Tool[];
  readonly context: ToolContext;
  /** Whether a file must change before the work can be done. */
  readonly needsWrite: boolean;
  /** Whether one has changed already. */
  readonly written: boolean;
  readonly nudges: { readonly [rule: string]: number };
  readonly deadlines: Deadlines;
  readonly retry: Retry;
  readonly effort?: Effort;
  /** Writes to the journal before it resolves. */
  readonly emit: (event: RecordEvent) => Promise<void>;
  readonly tell: (event: LiveEvent) => void;
  /** The limit that is reached, if one is, with what the turn under way has used. */
  limit(turn?: Usage): ErrorData | undefined;
  /** Tokens that a turn may give before a limit is reached; undefined when there is none. */
  outputRoom(): number | undefined;
  /** Adds the cost where the provider does not name it. */
  priced(usage: Usage): Usage;
  /** Commits what changed and says whether this stretch of work has changed anything so far. */
  checkpoint(): Promise<boolean>;
}

/** How it ended, and the last thing that was said. */
export interface WorkResult {
  readonly end: WorkEnd;
  readonly error?: ErrorData;
  readonly text: string;
}

/**
 * Lets one provider work until it stops: turn, tools, checkpoint, nudge. A model asks for tools and gets their results; an
 * agent has run its own when its turn ends. Never throws for what a provider does.
 */
export async function work(order: WorkOrder): Promise<WorkResult> {
  const messages: Message[] = [...order.history];
  const say = async (message: Message): Promise<void> => {
    messages.push(message);
    await order.emit({ type: "message", step: order.step, message });
  };
  const tools = order.provider.kind === "model" ? order.tools : [];
  const runner = toolRunner(tools, order.context, order.step, order.tell);
  const nudge = watchWork(order.needsWrite, order.nudges);
  let session: Usage | undefined;
  let without: readonly string[] = [];
  let { written } = order;

  for (const message of order.messages) await say(message);
  for (;;) {
    const limit = order.limit();
    if (limit) return { end: "limit", error: limit, text: lastText(messages) };

    const offered = tools.filter(({ name }) => !without.includes(name));
    const reply = await turn(order, messages, offered, session);
    session = reply.session;
    const { message, nearMiss } = await readCalls(order, reply, offered);
    if (message.text !== "" || message.calls.length > 0) await say(message);
    const outcomes = await runner.run(message.calls, offered);
    for (const outcome of outcomes) await say(outcome.message);
    if (changesSomething(order.provider, outcomes) || reply.error) written = await order.checkpoint();
    // A limit of minutes ends a turn by the same signal as the caller does.
    if (reply.error) return failed(reply.error, order.limit(), message.text);
    if (reply.reason.unified === "content-filter")
      return { end: "refused", error: refusal(order, reply), text: message.text };

    const advice = nudge.after({
      reason: reply.reason.unified,
      text: message.text,
      calls: outcomes.map(({ observed }) => observed),
      finishes: outcomes.some(({ ends }) => ends),
      written,
      ...(nearMiss !== undefined && { nearMiss }),
    });
    if (advice.do === "end") return ending(advice, lastText(messages));
    without = advice.do === "nudge" ? advice.without : [];
    if (advice.do === "nudge") {
      const text = nudgeSays[advice.rule]?.(advice.level, advice.facts) ?? "";
      await order.emit({
        type: "nudged",
        step: order.step,
        rule: advice.rule,
        level: advice.level,
        text,
      });
      await say({ role: "user", text });
    }
  }
}

async function turn(
  order: WorkOrder,
  messages: readonly Message[],
  offered: readonly Tool[],
  session: Usage | undefined,
): Promise<Reply> {
  const { step, provider, asked, model, system, context, effort } = order;
  const room = order.outputRoom();
  const request = {
    model,
    system,
    messages,
    tools: offered.map(describeTool),
    cwd: context.root,
    ...(effort && { effort }),
    ...(context.sandbox && { sandbox: context.sandbox }),
    ...(room !== undefined && provider.kind === "model" && { maxOutputTokens: room }),
  };
  const reply = await takeTurn({
    provider,
    request,
    deadlines: order.deadlines,
    retry: order.retry,
    signal: context.signal,
    session,
    limit: (usage) => order.limit(usage),
    onEvent: (event) => order.tell({ type: "turn-event", step, event }),
    onRetry: (attempt, delayMs, error) => order.tell({ type: "retry", step, attempt, delayMs, error }),
  });
  const usage = reply.usage && order.priced(reply.usage);
  await order.emit({
    type: "turn-finished",
    step,
    model: asked,
    ...(reply.servedModel !== undefined && { servedModel: reply.servedModel }),
    reason: reply.reason.unified,
    isolation: context.sandbox && (provider.kind === "model" || provider.confines) ? "bubblewrap" : "none",
    ...(usage && { usage }),
    durationMs: reply.durationMs,
  });
  if (reply.servedModel && model && !reply.servedModel.startsWith(model)) {
    const message = `${asked} was asked for, ${reply.servedModel} served.`;
    await order.emit({ type: "notice", step, code: "other-model", message });
  }
  return reply;
}

async function readCalls(order: WorkOrder, reply: Reply, offered: readonly Tool[]): Promise<ReadReply> {
  const read = order.provider.kind === "model" ? readReply(reply, offered, order.step) : { message: reply.message };
  for (const call of read.message.calls) {
    if (call.recovered !== undefined) await order.emit({ type: "recovered", step: order.step, call });
  }
  return read;
}

function changesSomething(provider: Provider, outcomes: readonly ToolOutcome[]): boolean {
  return provider.kind === "agent" || outcomes.some(({ observed }) => observed.effect !== "read");
}

function failed(error: ErrorData, limit: ErrorData | undefined, text: string): WorkResult {
  if (error.code === "limit-reached") return { end: "limit", error, text };
  return error.code === "aborted" && limit ? { end: "limit", error: limit, text } : { end: "failed", error, text };
}

function refusal({ asked }: WorkOrder, { reason }: Reply): ErrorData {
  return errorData(
    "refused",
    `${asked} refused the task${reason.raw ? ` (${reason.raw})` : ""}. Say it in other words, or ask another model.`,
  );
}

function ending(advice: Extract<Advice, { do: "end" }>, text: string): WorkResult {
  if (advice.end === "finished") return { end: "finished", text };
  return { end: "stalled", error: errorData("stalled", `The model stalled: ${advice.why}.`), text };
}

function lastText(messages: readonly Message[]): string {
  const last = messages.findLast((message) => message.role === "assistant");
  return last?.text ?? "";
}
