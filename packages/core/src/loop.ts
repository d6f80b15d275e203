import { askerFor, type WorkOrder } from "./ask.js";
import { type ErrorData, errorData } from "./errors.js";
import type { WorkEnd } from "./events.js";
import { type Advice, watchWork } from "./nudge.js";
import { nudgeSays } from "./prompts.js";
import { boundedMessage, type ReadReply, readReply } from "./reply.js";
import { type ToolOutcome, toolRunner } from "./tool-calls.js";
import type { Reply } from "./turn.js";
import type { Message, Provider, Tool } from "./types.js";

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
  const say = async (message: Message, toolsMs?: number): Promise<void> => {
    messages.push(message);
    await order.emit({ type: "message", step: order.step, message, ...(toolsMs !== undefined && { toolsMs }) });
  };
  const tools = order.provider.kind === "model" ? order.tools : [];
  const runner = toolRunner(tools, order.context, order.step, order.tell, order.deadlines.graceMs, order.hide);
  const nudge = watchWork(order.needsWrite, order.nudges);
  const asker = askerFor(order);
  let without: readonly string[] = [];
  let { written } = order;

  for (const message of order.messages) await say(message);
  for (;;) {
    const limit = order.limit();
    if (limit) return { end: "limit", error: limit, text: lastText(messages) };

    const offered = tools.filter(({ name }) => !without.includes(name));
    const reply = await asker.ask(messages, offered);
    if (reply.error?.code === "context-overflow" && asker.overflowed()) continue;
    const { message, nearMiss } = await readCalls(order, reply, offered);
    if (message.text !== "" || message.calls.length > 0) await say(message);
    const ranAt = performance.now();
    const outcomes = await runner.run(message.calls, offered);
    const toolsMs = Math.round(performance.now() - ranAt);
    for (const [at, outcome] of outcomes.entries()) await say(outcome.message, at === 0 ? toolsMs : undefined);
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

async function readCalls(order: WorkOrder, reply: Reply, offered: readonly Tool[]): Promise<ReadReply> {
  const read = order.provider.kind === "model" ? readReply(reply, offered) : { message: boundedMessage(reply.message) };
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
