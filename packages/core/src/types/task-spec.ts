/** The phases of a run; each may have a model of its own. */
export type Phase = "plan" | "code" | "fix";

/** A model string, or several: the next one takes over, once and for all, when one has no quota, is down or stalls. */
export type ModelChain = string | readonly string[];

/** Which model works, or which one per phase: a phase that is not named uses `code`'s; a run plans only if `plan` is named. */
export type ModelChoice =
  | ModelChain
  | { readonly plan?: ModelChain; readonly code: ModelChain; readonly fix?: ModelChain };

/** How hard a model should think. What a provider can't express it ignores. */
export type Effort = "none" | "minimal" | "low" | "medium" | "high" | "max";

/** What a run may use. Everything is optional; an absent limit other than turns, fixes and minutes is no limit. */
export interface Limits {
  /** Turns of a model over the whole run. Default 100. */
  readonly turns?: number | undefined;
  /** Rounds of fixing after a verdict that is not green. Default 2. */
  readonly fixes?: number | undefined;
  /** Wall-clock minutes of work, the wait for review not counted. Default 60. */
  readonly minutes?: number | undefined;
  /** Tokens, input and output together. */
  readonly tokens?: number | undefined;
  /** US dollars. A model whose price is not known refuses to start under this limit. */
  readonly usd?: number | undefined;
}

/** The only input of a run: JSON, no secret in it. */
export interface TaskSpec {
  /** Path of the git repository (or of any folder in it). */
  readonly repo: string;
  /** What to do, in the user's words. */
  readonly prompt: string;
  /** Which model does it: `provider:model`, a bare model name of a known family, several in order, or such per phase. */
  readonly model: ModelChoice;
  /** What to start from: a branch, tag or commit. Default `HEAD`. A branch is also what `approve` merges into. */
  readonly base?: string | undefined;
  /** How to judge the result: a verifier's name, or its name with options. Absent: nothing is verified. */
  readonly verify?: string | { readonly verifier: string; readonly [option: string]: unknown } | undefined;
  /** Built-in tools to offer to models, by name. Default: all seven. */
  readonly tools?: readonly string[] | undefined;
  readonly limits?: Limits | undefined;
  readonly effort?: Effort | undefined;
  /** `required` (default) waits for a person; `auto` merges by itself, and only when the verdict is `passed`. */
  readonly review?: "required" | "auto" | undefined;
  /**
   * How commands and agent programs are shut in. `auto` (default): in bubblewrap where the machine has it, and not where
   * it has not; the outcome says which it was. `required`: the run does not start without. `none`: never.
   */
  readonly sandbox?: "auto" | "required" | "none" | undefined;
  /** Whether a model's commands reach the network. Default true. `false` needs a sandbox. Agents have to reach it. */
  readonly network?: boolean | undefined;
  /** How often a model is nudged before the run ends as stalled. */
  readonly nudges?: { readonly [rule: string]: number } | undefined;
}
