import { orLeft } from "../deadlines.js";
import { AifactoryError, type ErrorData, toError } from "../errors.js";
import type { PhaseModel } from "../run-context.js";
import type { Provider, ProviderStatus } from "../types.js";

const statuses = new WeakMap<Provider, Promise<ProviderStatus>>();

/**
 * Asks an agent's program, once in this process, whether it is there, logged in and still what its provider was written
 * for: better said now than by a turn that half understands it. What fails is asked again the next time.
 *
 * @returns What the program says its version is, or why it can't work.
 */
export async function probeAgent(
  { provider, model }: PhaseModel,
  signal: AbortSignal,
  graceMs: number,
): Promise<{ readonly version?: string; readonly error?: ErrorData }> {
  if (provider.kind !== "agent" || !provider.check) return {};
  // Without a signal: other runs wait for the same answer.
  const asking = statuses.get(provider) ?? (async () => provider.check!({ model }))();
  statuses.set(provider, asking);
  try {
    const answer = await orLeft(asking, signal, graceMs);
    if (!answer)
      throw new AifactoryError("aborted", `${provider.name} did not say what it is before the run was stopped.`);
    const { version } = answer.result;
    return version === undefined ? {} : { version };
  } catch (error) {
    statuses.delete(provider);
    return { error: toError(error, "provider-broken").toJSON() };
  }
}
