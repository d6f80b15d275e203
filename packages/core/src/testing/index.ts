export { type Behaviour } from "./contract/behaviour.js";
export {
  behaviours,
  type ProviderContract,
  providerContract,
  runBehaviour,
} from "./provider-contract.js";
export {
  sceneServer,
  type SceneServer,
  type WireAnswer,
  type WireProtocol,
  type WireRequest,
} from "./scene-server.js";
export {
  calls,
  says,
  type Scene,
  type SceneFault,
  type ScenePart,
  type SceneProgramHabits,
  type SceneStop,
  stopOf,
  textOf,
  thinks,
} from "./scenes.js";
export {
  canaryKey,
  type OpenStage,
  type SeenCall,
  type SeenMessage,
  type SeenRequest,
  type Stage,
} from "./stage.js";
export {
  type Script,
  type ScriptedProvider,
  scriptedProvider,
  type ScriptedTurn,
} from "./scripted-provider.js";
