import type { Deadlines } from "./deadlines.js";
import type { ErrorData } from "./errors.js";
import type { Isolation, LiveEvent, RecordEvent, StepKey } from "./events.js";
import type { Retry } from "./retry.js";
import { describeTool } from "./tools/index.js";
import { type Reply, takeTurn } from "./turn.js";
import type { Effort, Message, Provider, Tool, ToolContext, Usage } from "./types.js";
import { conversationWindow, type Fitted } from "./window.js";

/** A stretch of work for one provider: until it is done, stuck, out of limits or broken. */
export interface WorkOrder {
  readonly step: StepKey;
  readonly provider: Provider;
  /** The model string as it was asked for, and the part behind the colon. */
  readonly asked: string;
  readonly model: string;
  /** Of an agent's program. */
  readonly version?: string;
  /** What its commands or its program run in. */
  readonly isolation: Isolation;
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
  /** The model's window in tokens; unknown to many. */
  readonly contextTokens?: number;
  readonly nudges: { readonly [rule: string]: number };
  readonly deadlines: Deadlines;
  readonly retry: Retry;
  /** What the provider's session has counted so far. It may last longer than this work. */
  session(): Usage | undefined;
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
  /** Blanks what must not be said in the result of a tool. */
  readonly hide: (text: string) => string;
  /** Commits what changed and says whether this stretch of work has changed anything so far. */
  checkpoint(): Promise<boolean>;
}

/** Asks a provider, turn by turn, what it says to a conversation. */
export interface Asker {
  ask(messages: readonly Message[], offered: readonly Tool[]): Promise<Reply>;
  /** The conversation was too long for the model: whether it will be shorter when it is asked again. */
  overflowed(): boolean;
}

/** Each turn is counted, priced and written down; a model's conversation is kept within its window. */
export function askerFor(order: WorkOrder): Asker {
  const { step, provider, asked, model, system, context, effort } = order;
  const tools = order.tools.map(describeTool);
  const window = conversationWindow(order.contextTokens, system.length + JSON.stringify(tools).length);

  const fit = async (messages: readonly Message[]): Promise<readonly Message[]> => {
    // An agent looks after its own.
    if (provider.kind === "agent") return messages;
    const { messages: fitted, shortened } = window.fit(messages);
    if (shortened) await order.emit({ type: "notice", step, code: "context-shortened", message: tell(shortened) });
    return fitted;
  };
  return {
    overflowed: () => provider.kind === "model" && window.overflowed(),
    async ask(messages, offered) {
      const room = order.outputRoom();
      const reply = await takeTurn({
        provider,
        request: {
          model,
          system,
          messages: await fit(messages),
          tools: offered.map(describeTool),
          cwd: context.root,
          ...(effort && { effort }),
          ...(context.sandbox && { sandbox: context.sandbox }),
          ...(context.env && { env: context.env }),
          ...(room !== undefined && provider.kind === "model" && { maxOutputTokens: room }),
        },
        deadlines: order.deadlines,
        retry: order.retry,
        signal: context.signal,
        session: order.session(),
        limit: (usage) => order.limit(usage),
        onEvent: (event) => order.tell({ type: "turn-event", step, event }),
        onRetry: (attempt, delayMs, error) => order.tell({ type: "retry", step, attempt, delayMs, error }),
      });
      window.counted(reply.usage?.inputTokens);
      const usage = reply.usage && order.priced(reply.usage);
      await order.emit({
        type: "turn-finished",
        step,
        model: asked,
        ...(reply.servedModel !== undefined && { servedModel: reply.servedModel }),
        reason: reply.reason.unified,
        ...(order.version !== undefined && { version: order.version }),
        isolation: order.isolation,
        ...(usage && { usage }),
        ...(reply.session && { session: reply.session }),
        durationMs: reply.durationMs,
      });
      if (reply.servedModel && model && !reply.servedModel.startsWith(model)) {
        const message = `${asked} was asked for, ${reply.servedModel} served.`;
        await order.emit({ type: "notice", step, code: "other-model", message });
      }
      return reply;
    },
  };
}

function tell({ cleared, summarised }: NonNullable<Fitted["shortened"]>): string {
  const summary = summarised > 0 ? ` and ${summarised} messages put into a summary` : "";
  return `The conversation no longer fitted into the model's window: ${cleared} old results of tools were left out${summary}.`;
}
