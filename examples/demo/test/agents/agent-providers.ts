// What `pnpm benchmark --providers` is given in the tests: every agent whose program is there, with its server.
import { agentPlay } from "../play.js";
import { agents } from "./agents.js";

const installed = Object.values(agents).filter(({ program }) => program.isThere);
const served = await Promise.all(installed.map(async ({ open, shell }) => open(agentPlay(shell))));
export default served.map(({ provider }) => provider);
