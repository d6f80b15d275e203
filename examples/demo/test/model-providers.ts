// What `pnpm benchmark --providers` is given in the tests: every provider of kind `model`, with its server.
import { modelPlay } from "./play.js";
import { models } from "./models.js";

const served = await Promise.all(Object.values(models).map(async (open) => open(modelPlay)));
export default served.map(({ provider }) => provider);
