import { runVerifierBehaviour, type VerifierBehaviour, type VerifierSubject } from "./verifier/bench.js";
import { limits } from "./verifier/limits.js";
import { repositories } from "./verifier/repositories.js";
import { verdicts } from "./verifier/verdicts.js";

export {
  runVerifierBehaviour,
  type SceneFiles,
  type VerifierBehaviour,
  type VerifierScene,
  type VerifierSubject,
} from "./verifier/bench.js";

/** Everything that a verifier must do. */
export const verifierBehaviours: readonly VerifierBehaviour[] = [...verdicts, ...limits, ...repositories];

/** What `verifierContract` needs to know. */
export interface VerifierContract extends VerifierSubject {
  /** The test runner's own: vitest, jest, `node:test`. */
  readonly describe: (name: string, body: () => void) => unknown;
  readonly it: ((name: string, body: () => Promise<void>) => unknown) & {
    readonly skip: (name: string, body: () => Promise<void>) => unknown;
  };
  /** Behaviours that can't apply, each with the reason, which stands in the name of the skipped test. */
  readonly exceptions?: { readonly [behaviour: string]: string };
}

/**
 * Registers one test for each behaviour.
 *
 * @throws When an exception names no behaviour: it would hide nothing but a misspelling.
 */
export function verifierContract({ describe, it, exceptions = {}, ...subject }: VerifierContract): void {
  const names = new Set(verifierBehaviours.map(({ name }) => name));
  const misspelt = Object.keys(exceptions).filter((key) => !names.has(key));
  if (misspelt.length > 0) throw new Error(`No behaviour of a verifier: ${misspelt.join("; ")}`);

  describe(`${subject.make().name} keeps the verifier contract`, () => {
    for (const behaviour of verifierBehaviours) {
      const reason = exceptions[behaviour.name];
      const body = async (): Promise<void> => runVerifierBehaviour(behaviour, subject);
      if (reason === undefined) it(behaviour.name, body);
      else it.skip(`${behaviour.name} [not applicable: ${reason}]`, body);
    }
  });
}
