import { AifactoryError, fromErrorData, type ProviderStatus, secrecyOf } from "@aifactory/core";
import { type Endpoint, openClient } from "./endpoint.js";
import { failureOf } from "./failure.js";
import { closeNames } from "./models.js";

/**
 * Asks the endpoint for its models: that costs nothing and shows that key and model are good.
 *
 * @throws AifactoryError With the cure: `auth`, `network`, `unknown-model` with the names that are near.
 */
export async function checkEndpoint(
  endpoint: Endpoint,
  model: string,
  signal: AbortSignal | undefined,
): Promise<ProviderStatus> {
  const names = await namesAt(endpoint, model, signal);
  if (!names.includes(model)) {
    const near = closeNames(model, names);
    const some = near.length > 0 ? `Near to it: ${near.join(", ")}.` : `It has: ${names.slice(0, 10).join(", ")}.`;
    const { hide } = secrecyOf(endpoint.baseURL, endpoint.key);
    throw new AifactoryError("unknown-model", hide(`${endpoint.baseURL} has no model "${model}". ${some}`));
  }
  return { billing: endpoint.key === "" ? "local" : "key" };
}

async function namesAt(endpoint: Endpoint, model: string, signal: AbortSignal | undefined): Promise<readonly string[]> {
  try {
    const client = await openClient(endpoint);
    const { data } = await client.models.list({ ...(signal && { signal }) });
    return data.map(({ id }) => id);
  } catch (error) {
    if (signal?.aborted) throw new AifactoryError("aborted", "The check was aborted.", { cause: error });
    throw fromErrorData(failureOf(error, { ...endpoint, model }, false), error);
  }
}
