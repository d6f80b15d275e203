import { type ErrorCode, type ErrorData, errorData } from "../errors.js";
import type { RpcError } from "../json-rpc.js";

/** What the protocol itself says of an error. https://agentclientprotocol.com/protocol/v1/schema#errorcode */
const codes: { readonly [code: number]: ErrorCode } = {
  [-32_000]: "auth",
  [-32_600]: "provider-broken",
  [-32_601]: "provider-broken",
  [-32_602]: "provider-broken",
  [-32_700]: "provider-broken",
};

/** HTTP statuses, which most agents pass on as the code, or as `status` in the data. */
const statuses: { readonly [status: number]: ErrorCode } = {
  401: "auth",
  402: "quota",
  403: "auth",
  413: "context-overflow",
  429: "rate-limit",
  503: "overloaded",
  529: "overloaded",
};

/** An error of an agent, in our words. `agent-exited`: nothing more is known of it. */
export function acpError(name: string, error: RpcError, method: string): ErrorData {
  const status = statusOf(error);
  const code = codes[error.code] ?? (status === undefined ? "agent-exited" : codeOf(status, error.message));
  const cure = code === "auth" ? " Log in with the agent's own program, then try again." : "";
  return errorData(code, `${name}: ${wordsOf(error)} (${method}, ${error.code})${cure}`, {
    ...(status !== undefined && { status }),
  });
}

/** The agent speaks another version of the protocol, or none. */
export function outsideProtocol(name: string, ours: number, theirs: unknown): ErrorData {
  const what =
    theirs === undefined ? "does not say which version of ACP it speaks" : `speaks ACP ${JSON.stringify(theirs)}`;
  const cure = `Install a version of the agent that speaks ACP ${ours}, or update @aifactory/core.`;
  return errorData("provider-broken", `${name} ${what}; this is a client for version ${ours}. ${cure}`);
}

function codeOf(status: number, message: string): ErrorCode {
  if (status === 404 && /model/i.test(message)) return "unknown-model";
  return statuses[status] ?? (status >= 500 ? "server-error" : "invalid-request");
}

function statusOf({ code, data }: RpcError): number | undefined {
  const { status } = Object(data);
  return [code, status].find((number) => Number.isInteger(number) && number >= 400 && number < 600);
}

/** The message is often no more than "Internal error"; what happened stands in the data then. */
function wordsOf({ message, data }: RpcError): string {
  const { details, message: more } = Object(data);
  const rest = [data, details, more].find((words) => typeof words === "string" && words !== message);
  return rest === undefined ? message : `${message}: ${rest}`;
}
