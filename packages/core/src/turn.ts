import { setTimeout as sleep } from "node:timers/promises";
import { type Deadlines, orLeft, watchDeadlines } from "./deadlines.js";
import { type ErrorData, errorData, toError } from "./errors.js";
import { listen } from "./heard.js";
import { delayBefore, maySendAgain, type Retry, tooLate } from "./retry.js";
import type { AssistantMessage, FinishEvent, Provider, TurnEvent, TurnRequest, Usage } from "./types.js";
import { type UsageMeter, usageMeter } from "./usage.js";

/** One turn to take. */
export interface TurnOrder {
  readonly provider: Provider;
  readonly request: Omit<TurnRequest, "signal">;
  readonly deadlines: Deadlines;
  readonly retry: Retry;
  readonly signal: AbortSignal;
  /** The running total of the provider's session before this turn, if it counts that way. */
  readonly session?: Usage | undefined;
  /** The limit that is reached when the turn has used so much; it ends the turn. */
  limit?(usage: Usage): ErrorData | undefined;
  onEvent(event: TurnEvent): void;
  onRetry(attempt: number, delayMs: number, error: ErrorData): void;
}

/** A turn that came to an end. */
export interface Reply {
  readonly message: AssistantMessage;
  readonly reason: FinishEvent["reason"];
  readonly servedModel?: string;
  /** Of all tries together. */
  readonly usage?: Usage;
  readonly session?: Usage | undefined;
  readonly error?: ErrorData;
  readonly durationMs: number;
}

/** Takes one turn: with deadlines, tried again where that is safe. Never throws; the reply carries the error. */
export async function takeTurn(order: TurnOrder): Promise<Reply> {
  const startedAt = performance.now();
  let { session } = order;
  let usage: Usage | undefined;
  for (let attempt = 1; ; attempt++) {
    const meter = usageMeter(session, usage);
    const { finish, started } = await attemptTurn(order, meter);
    const error = finish.error ?? (finish.reason.unified === "aborted" ? abortedError() : undefined);
    usage = meter.turn();
    session = meter.session();
    const reply: Reply = {
      message: finish.message,
      reason: finish.reason,
      ...(finish.servedModel !== undefined && { servedModel: finish.servedModel }),
      ...(usage && { usage }),
      session,
      ...(error && { error }),
      durationMs: Math.round(performance.now() - startedAt),
    };
    if (!error || attempt >= order.retry.attempts || !maySendAgain(order.provider, error, started)) return reply;
    const limit = order.limit?.(usage ?? {});
    if (limit) return { ...reply, error: limit };
    const delayMs = delayBefore(attempt, error, order.retry);
    if (delayMs > order.retry.longestMs) return { ...reply, error: tooLate(error, order.retry) };
    order.onRetry(attempt, delayMs, error);
    try {
      await sleep(delayMs, undefined, { signal: order.signal });
    } catch {
      return { ...reply, reason: { unified: "aborted" }, error: abortedError() };
    }
  }
}

interface Attempt {
  readonly finish: FinishEvent;
  /** Whether anything but notices came. */
  readonly started: boolean;
}

/** One try: the provider's events, each deadline and the abort race; what wins ends the turn. */
async function attemptTurn(order: TurnOrder, meter: UsageMeter): Promise<Attempt> {
  const stop = new AbortController();
  const watch = watchDeadlines(order.provider, order.deadlines, (error) => stop.abort(error));
  const onAbort = (): void => stop.abort(abortedError());
  if (order.signal.aborted) onAbort();
  else order.signal.addEventListener("abort", onAbort, { once: true });

  const said: Said = { text: "", started: false };
  let reached: ErrorData | undefined;
  const events = listen(order.provider, { ...order.request, signal: stop.signal });
  const stopped = whenAborted(stop.signal);
  try {
    for (;;) {
      const coming = events.next();
      const step = await Promise.race([coming, stopped]);
      if (step === "stopped") return await afterStop(order, lastWords(events, coming, said, meter), stop.signal, said);
      if (step.done)
        return ended(
          said,
          errorData("provider-broken", `Provider ${order.provider.name} ended a turn without a finish event.`),
        );
      const event = step.value;
      watch.saw(event);
      // What comes with the end is paid for already: only a turn that goes on past the limit is stopped.
      if (reached && isMore(event)) stop.abort(reached);
      if (event.type === "usage") {
        meter.count(event);
        reached = order.limit?.(meter.turn() ?? {});
      }
      add(said, event);
      if (isMore(event) || event.type === "usage") said.started = true;
      order.onEvent(event);
      if (event.type === "finish") return { finish: event, started: said.started };
    }
  } catch (error) {
    return ended(
      said,
      errorData(
        "provider-broken",
        `Provider ${order.provider.name} threw instead of finishing: ${toError(error).message}`,
      ),
    );
  } finally {
    watch.end();
    order.signal.removeEventListener("abort", onAbort);
    // Lets a generator clean up, and nobody listen any more; one that never returns is left behind.
    void events.return(undefined).catch(() => {});
  }
}

/** The text so far is what is kept of a turn that does not come to its end; more than this is nothing to go on with. */
function add(said: Said, event: TurnEvent): void {
  if (event.type === "text" && said.text.length < 10_000_000) said.text += event.text;
}

/** Whether the provider went on with its work. */
function isMore({ type }: TurnEvent): boolean {
  return type !== "notice" && type !== "raw" && type !== "usage" && type !== "finish";
}

/** What the provider still says after a stop is kept; the reason is ours. One that does not end is left behind. */
async function afterStop(
  { deadlines }: TurnOrder,
  words: Promise<AssistantMessage | undefined>,
  stop: AbortSignal,
  said: Said,
): Promise<Attempt> {
  const last = await orLeft(words, stop, deadlines.graceMs).catch(() => undefined);
  return ended({ ...said, ...(last?.result && { message: last.result }) }, reasonOf(stop));
}

async function lastWords(
  events: AsyncIterator<TurnEvent>,
  coming: Promise<IteratorResult<TurnEvent>>,
  said: Said,
  meter: UsageMeter,
): Promise<AssistantMessage | undefined> {
  for (let next = coming; ; next = events.next()) {
    const step = await next;
    if (step.done) return undefined;
    add(said, step.value);
    if (step.value.type === "usage") meter.count(step.value);
    if (step.value.type === "finish") return step.value.message;
  }
}

/** What came of a turn so far. */
interface Said {
  text: string;
  started: boolean;
  readonly message?: AssistantMessage;
}

function ended(said: Said, error: ErrorData): Attempt {
  const message = said.message ?? { role: "assistant" as const, text: said.text, calls: [] };
  const unified = error.code === "aborted" ? "aborted" : "error";
  return { finish: { type: "finish", reason: { unified }, message, error }, started: said.started };
}

function reasonOf(signal: AbortSignal): ErrorData {
  const reason: ErrorData = signal.reason;
  return reason;
}

function abortedError(): ErrorData {
  return errorData("aborted", "The run was stopped.");
}

function whenAborted(signal: AbortSignal): Promise<"stopped"> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve("stopped");
    else signal.addEventListener("abort", () => resolve("stopped"), { once: true });
  });
}
