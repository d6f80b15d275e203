export { type Behaviour } from "./contract/behaviour.js";
export { behaviours, type ProviderContract, providerContract, runBehaviour } from "./provider-contract.js";
export { sceneServer, type SceneServer } from "./scene-server.js";
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
export { canaryKey, type OpenStage, type SeenCall, type SeenMessage, type SeenRequest, type Stage } from "./stage.js";
export { type Script, type ScriptedProvider, scriptedProvider, type ScriptedTurn } from "./scripted-provider.js";
export { misbehavingCli, type Misbehaviour } from "./misbehaving-cli.js";
export { replayProvider } from "./replay-provider.js";
export {
  type AgentDialect,
  type AgentFault,
  type AgentLine,
  type AgentLines,
  type ProgramRun,
  promptsOf,
  sceneProgram,
  type SceneProgram,
} from "./scene-program.js";
export { type Files, temporaryRepository, type TemporaryRepository } from "./temporary-repository.js";
export { type WireAnswer, type WireProtocol, type WireRequest } from "./wire-protocol.js";
export {
  runVerifierBehaviour,
  type SceneFiles,
  type VerifierBehaviour,
  verifierBehaviours,
  type VerifierContract,
  verifierContract,
  type VerifierScene,
  type VerifierSubject,
} from "./verifier-contract.js";
