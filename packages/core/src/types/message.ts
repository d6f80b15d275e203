/** One message of a conversation. */
export type Message = UserMessage | AssistantMessage | ToolMessage;

export interface UserMessage {
  readonly role: "user";
  readonly text: string;
}

export interface AssistantMessage {
  readonly role: "assistant";
  readonly text: string;
  readonly calls: readonly ToolCall[];
  /**
   * The vendor's own envelope (thinking signatures, reasoning ids, session ids). Core stores it and never looks in;
   * `provider` and `model` say who may open it: nobody else.
   */
  readonly native?: { readonly provider: string; readonly model: string; readonly data: unknown };
}

/** The result of one call. Every call in the history has exactly one. */
export interface ToolMessage {
  readonly role: "tool";
  readonly callId: string;
  readonly name: string;
  readonly text: string;
  readonly isError: boolean;
}

/** A call of a tool. `input` is what the model wrote, parsed; it is checked against the tool's schema before it runs. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly input: unknown;
  /** The arguments as text, when they were no JSON. */
  readonly inputText?: string;
  /** Present when the call was read out of the reply's text; the name of the format. */
  readonly recovered?: string;
}

/** What a tool does to the world. Agents' own tools are mapped to it too. */
export type Effect = "read" | "write" | "execute";
