import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Provider } from "../types.js";
import { aborts } from "./contract/aborts.js";
import { agents } from "./contract/agents.js";
import { answers, usage } from "./contract/answers.js";
import type { Behaviour, StageInFolder } from "./contract/behaviour.js";
import { calls } from "./contract/calls.js";
import { brokenStreams } from "./contract/broken-streams.js";
import { envelopes } from "./contract/envelopes.js";
import { faults } from "./contract/faults.js";
import { history } from "./contract/history.js";
import { order } from "./contract/order.js";
import type { OpenStage } from "./stage.js";

/** Everything that a provider must do. */
export const behaviours: readonly Behaviour[] = [
  ...order,
  ...answers,
  ...usage,
  ...calls,
  ...history,
  ...envelopes,
  ...faults,
  ...brokenStreams,
  ...aborts,
  ...agents,
];

/** What `providerContract` needs to know. */
export interface ProviderContract {
  /** The test runner's own: vitest, jest, `node:test`. */
  readonly describe: (name: string, body: () => void) => unknown;
  readonly it: ((name: string, body: () => Promise<void>) => unknown) & {
    readonly skip: (name: string, body: () => Promise<void>) => unknown;
  };
  /** The provider's name. */
  readonly name: string;
  readonly kind: Provider["kind"];
  readonly open: OpenStage;
  /** Behaviours that can't apply, each with the reason, which stands in the name of the skipped test. */
  readonly exceptions?: { readonly [behaviour: string]: string };
}

/**
 * Registers one test for each behaviour of the provider's kind.
 *
 * @throws When an exception names no behaviour of this kind: it would hide nothing but a misspelling.
 */
export function providerContract({ describe, it, name, kind, open, exceptions = {} }: ProviderContract): void {
  const mine = behaviours.filter(({ kinds }) => kinds.includes(kind));
  const misspelt = Object.keys(exceptions).filter((key) => !mine.some((behaviour) => behaviour.name === key));
  if (misspelt.length > 0) throw new Error(`No behaviour of a provider of kind ${kind}: ${misspelt.join("; ")}`);

  describe(`${name} keeps the provider contract (${kind})`, () => {
    for (const behaviour of mine) {
      const reason = exceptions[behaviour.name];
      const body = async (): Promise<void> => runBehaviour(behaviour, open);
      if (reason === undefined) it(behaviour.name, body);
      else it.skip(`${behaviour.name} [not applicable: ${reason}]`, body);
    }
  });
}

/**
 * Runs one behaviour, each of its stages in a folder of its own, and closes them. Rejects with what was wrong.
 *
 * @param patienceMs Milliseconds after which a turn that should have ended counts as hanging.
 */
export async function runBehaviour(behaviour: Behaviour, open: OpenStage, patienceMs = 20_000): Promise<void> {
  const stages: StageInFolder[] = [];
  try {
    await behaviour.run(async (scenes) => {
      const cwd = await realpath(await mkdtemp(join(tmpdir(), "aifactory-stage-")));
      const stage = { ...(await open(scenes)), cwd, patienceMs };
      stages.push(stage);
      return stage;
    });
  } finally {
    for (const stage of stages) {
      await stage.close();
      await rm(stage.cwd, { recursive: true, force: true, maxRetries: 3 });
    }
  }
}
