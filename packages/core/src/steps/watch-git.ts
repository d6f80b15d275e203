import type { StepKey } from "../events.js";
import { changedSince, readGitState } from "../guard.js";
import type { RunContext } from "../run-context.js";

/** Reports what changed in the shared git directory, where it could make git run something. Our own git never runs it. */
export async function watchGit({ repository, emit }: RunContext, step: StepKey): Promise<() => Promise<void>> {
  let before = await readGitState(repository.commonDir);
  return async () => {
    const now = await readGitState(repository.commonDir);
    const changed = changedSince(before, now);
    before = now;
    if (changed.length === 0) return;
    const message = `While the model worked, the repository's git directory changed: ${changed.join(", ")}. Look at that before you run git there: it may run what stands in it.`;
    await emit({ type: "notice", step, code: "git-changed", message });
  };
}
