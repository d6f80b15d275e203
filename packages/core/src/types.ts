// The types everything speaks. Read `provider` and `turn-event` first: they are the contract of a provider.

export type { Sandbox } from "./types/sandbox.js";
export type { Effort, Limits, ModelChain, ModelChoice, Phase, TaskSpec } from "./types/task-spec.js";
export type {
  JsonSchema,
  ModelFacts,
  Price,
  Provider,
  ProviderStatus,
  ToolDescription,
  TurnRequest,
} from "./types/provider.js";
export type { AssistantMessage, Effect, Message, ToolCall, ToolMessage, UserMessage } from "./types/message.js";
export type { Cost, FinishEvent, FinishReason, TurnEvent, Usage, UsageEvent } from "./types/turn-event.js";
export type { GitPlace, Tool, ToolContext } from "./types/tool.js";
export type { Finding, TestCounts, Verdict, VerdictStatus, Verifier, VerifyRequest } from "./types/verdict.js";
