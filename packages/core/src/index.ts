export {
  AifactoryError,
  errorData,
  fromErrorData,
  toError,
  type ErrorCode,
  type ErrorData,
  type ErrorFacts,
} from "./errors.js";
export { boundedFetch, eventStreamFetch, ownError } from "./bounded-fetch.js";
export { secrecyOf, type Secrecy } from "./secrecy.js";
export { agentWords, type AgentWords } from "./agent-words.js";
export { askProgram, type ProgramQuestion } from "./ask-program.js";
export { cliAgent, jsonLine, type AgentCommand, type CliAgent } from "./cli-agent.js";
export { jsonRpc, type RpcError, type RpcHandlers, type RpcPeer, type RpcValue } from "./json-rpc.js";
export { conversationText } from "./conversation.js";
export type { CompareOptions, Comparison } from "./compare.js";
export {
  approve,
  cleanRuns,
  compare,
  listRuns,
  openRun,
  reject,
  requestChanges,
  resumeTask,
  runTask,
} from "./entry.js";
export type { Outcome, OutcomeStatus } from "./outcome.js";
export { next, type Next } from "./next.js";
export { apply, type Entry, type RunRecord } from "./record.js";
export type { Resolution } from "./resolve.js";
export type { ApproveOptions } from "./review.js";
export type { RunOptions } from "./run-options.js";
export type { RunReference } from "./run-reference.js";
export type { Cleaning, DamagedRun, Run, RunState } from "./runs.js";
export { ToolTrouble } from "./tools/trouble.js";
export type { Deadlines } from "./deadlines.js";
export type { Retry } from "./retry.js";
export { TaskEvents, type DiffStat, type LiveEvent, type RecordEvent, type RunEvent, type Subtask } from "./events.js";
export type {
  AssistantMessage,
  Cost,
  Effect,
  Effort,
  Finding,
  FinishEvent,
  FinishReason,
  JsonSchema,
  Limits,
  Message,
  ModelChain,
  ModelChoice,
  ModelFacts,
  Phase,
  Price,
  Provider,
  ProviderStatus,
  TaskSpec,
  TestCounts,
  Tool,
  ToolCall,
  ToolContext,
  ToolDescription,
  ToolMessage,
  TurnEvent,
  TurnRequest,
  Usage,
  UsageEvent,
  UserMessage,
  Verdict,
  VerdictStatus,
  Verifier,
  VerifyRequest,
} from "./types.js";
export { acpAgent, readAcp, type AcpAgent, type AcpExtras } from "./acp.js";
