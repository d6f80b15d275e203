import { z } from "zod";
import { type Deadlines, givenDeadlines } from "./deadlines.js";
import type { TaskEvents } from "./events.js";
import { able, callable, fields, oneOf, path, text, yesOrNo } from "./input.js";
import { resolution } from "./resolve/plugins.js";
import type { Resolution } from "./resolve.js";
import { givenRetry, type Retry } from "./retry.js";
import type { Tool } from "./types.js";

/** How a run is driven: the options of `runTask` that matter from here on. */
export interface DriveOptions {
  /** Told of everything that happens. */
  readonly events?: TaskEvents;
  /** Stops the run; what was done until then is committed on its branch. */
  readonly signal?: AbortSignal;
  readonly deadlines?: Partial<Deadlines>;
  readonly retry?: Partial<Retry>;
  /** Folder for worktrees. Default: `aifactory/worktrees` in the user's cache folder. */
  readonly worktreeRoot?: string;
}

/** What a run is given besides its task: what can't be JSON. */
export interface RunOptions extends Resolution, DriveOptions {
  /** Tools to offer besides the built-in ones; one with the name of a built-in one takes its place. */
  readonly tools?: readonly Tool[];
}

/** Of whichever copy of zod 4. */
const zodObject = z.object({ def: z.object({ type: z.literal("object") }), safeParse: callable });

const tool = z.object(
  {
    name: text("must be a name"),
    description: text("must say what the tool does"),
    input: z.custom<Tool["input"]>((given) => zodObject.safeParse(given).success, "must be a zod object"),
    effect: oneOf("read", "write", "execute"),
    ends: yesOrNo.optional(),
    run: callable,
  } satisfies Record<keyof Tool, unknown>,
  "must be a tool",
);

/** Listeners of a run, as they come in. */
export const givenEvents = able<TaskEvents>("must be a TaskEvents", {
  on: "function",
  off: "function",
  listeners: "function",
});

/** The options of a run as they come in, field by field: others have some besides. */
export const runFields = {
  ...resolution,
  events: givenEvents.optional(),
  signal: able<AbortSignal>("must be an AbortSignal", { aborted: "boolean", addEventListener: "function" }).optional(),
  deadlines: givenDeadlines.optional(),
  retry: givenRetry.optional(),
  worktreeRoot: path("must be the path of a folder").optional(),
  tools: z.array(tool, "must be a list of tools").optional(),
} satisfies Record<keyof RunOptions, unknown>;

/** What comes in beside a task. */
export const runInput = z.object({ options: fields(runFields) });

/** The same options, where what is undefined takes the place of no default. */
export function withoutAbsent<Options extends RunOptions>(options: Options): Options {
  const { deadlines, retry } = options;
  return { ...options, ...(deadlines && { deadlines: present(deadlines) }), ...(retry && { retry: present(retry) }) };
}

function present<Values extends object>(values: Values): Values {
  const copy = { ...values };
  for (const key of Object.keys(copy)) if (Reflect.get(copy, key) === undefined) Reflect.deleteProperty(copy, key);
  return copy;
}
