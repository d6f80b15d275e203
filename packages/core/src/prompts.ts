// Every word that is said to a model stands here. Each says what is wrong and what to do next.

export { nudgeSays } from "./prompts/nudges.js";
export {
  callSays,
  commandSays,
  editSays,
  listSays,
  pathSays,
  readSays,
  searchSays,
  toolSays,
  writeSays,
} from "./prompts/tools.js";
export {
  fixPrompt,
  handoverPrompt,
  planAnswer,
  planPrompt,
  resumeSays,
  reviewPrompt,
  systemPrompt,
  windowSays,
  workPrompt,
} from "./prompts/work.js";
