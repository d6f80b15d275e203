import type { Provider } from "../../types.js";
import type { Scene } from "../scenes.js";
import type { Stage } from "../stage.js";

/** One thing that every provider must do. It is data, so that it can be run with any test runner or with none. */
export interface Behaviour {
  /** The title of its test, and the key of an exception. */
  readonly name: string;
  readonly kinds: readonly Provider["kind"][];
  /** Rejects with what was wrong. Stages that it opens are closed for it. */
  run(open: Open): Promise<void>;
}

/** Opens a stage with an empty folder to work in. */
export type Open = (scenes: readonly Scene[]) => Promise<StageInFolder>;

/** A stage and where its turns are taken. */
export interface StageInFolder extends Stage {
  /** Absolute, without symlinks. */
  readonly cwd: string;
  /** Milliseconds after which a turn that should have ended counts as hanging. */
  readonly patienceMs: number;
}

/** For a provider that asks us to run its tools. */
export const model = ["model"] as const;
/** For a provider that runs its own. */
export const agent = ["agent"] as const;
/** For every provider. */
export const both = ["model", "agent"] as const;
