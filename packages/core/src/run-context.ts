import type { LiveEvent, RecordEvent, StepKey } from "./events.js";
import type { RunRecord } from "./record.js";
import type { Repository } from "./repository.js";
import type { ResolvedModel } from "./resolve.js";
import type { Deadlines } from "./deadlines.js";
import type { Retry } from "./retry.js";
import type { History } from "./history.js";
import type { ModelFacts, Phase, Tool, Verifier } from "./types.js";
import type { Worktree } from "./worktree.js";

/** A model that a run uses, with what is known of it. */
export interface PhaseModel extends ResolvedModel {
  readonly facts?: ModelFacts;
}

/** What every step of a run works with. */
export interface RunContext {
  /** As it is now: it moves on with each event. */
  readonly record: RunRecord;
  readonly repository: Repository;
  /** The model whose turn it is in a phase. */
  model(phase: Phase): PhaseModel;
  /** What was said in a step that was begun and not ended, by the model whose turn it still is. */
  history(step: StepKey): Promise<History>;
  readonly verifier: Verifier | undefined;
  readonly tools: readonly Tool[];
  readonly deadlines: Partial<Deadlines>;
  readonly retry: Partial<Retry>;
  readonly signal: AbortSignal;
  /** The worktree; opened when first asked for. */
  worktree(): Promise<Worktree>;
  /** Takes back what was done in the worktree since the last checkpoint. */
  discard(): Promise<void>;
  /** Journal, then record, then listeners. */
  readonly emit: (event: RecordEvent) => Promise<void>;
  readonly tell: (event: LiveEvent) => void;
}
