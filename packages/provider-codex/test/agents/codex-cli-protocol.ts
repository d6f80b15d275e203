import type { WireAnswer, WireProtocol } from "@aifactory/core/testing";
import { responsesProtocol } from "../responses-protocol.js";
import { responsesFrames } from "../responses-frames.js";
import { offeredTools, type WithTools } from "../responses-tools.js";
import { faultAnswer, rejectSender, vendorError } from "../vendor-errors.js";

/** A request of Codex CLI, as far as it is checked. */
export interface CodexCliBody extends WithTools {
  readonly model: string;
  readonly stream?: boolean;
  readonly store?: boolean;
  readonly include?: readonly string[];
  readonly input: readonly CodexItem[];
}

interface CodexItem {
  readonly type?: string;
  readonly call_id?: string;
  readonly name?: string;
  readonly content?: readonly { readonly text?: string }[] | null;
}

/** One with function tools, and one whose single tool runs JavaScript that calls the others. */
export const models = { plain: "gpt-5.5", codeMode: "gpt-6.1-sol" } as const;

/** The Responses API as Codex CLI uses it. It sends more than our own requests; what it must send is checked. */
export const codexCliProtocol: WireProtocol<CodexCliBody> = {
  contentType: responsesProtocol.contentType,
  aside({ method, url }) {
    if (method === "POST" && url === "/v1/responses") return undefined;
    // It may ask for a WebSocket: told no at once, it does without.
    return vendorError(url === "/v1/responses" ? 426 : 404, `Invalid URL (${method} ${url})`);
  },
  reject(request) {
    const { model, stream, store, include = [], input } = request.body;
    const sender = rejectSender(request, "/v1/responses");
    if (sender) return sender;
    if (![models.plain, models.codeMode].some((name) => name === model))
      return vendorError(
        404,
        `The model '${model}' does not exist or you do not have access to it.`,
        "model_not_found",
      );
    if (stream !== true) return vendorError(400, "These scenes are streamed: 'stream' is missing.");
    if (store !== false || !include.includes("reasoning.encrypted_content"))
      return vendorError(400, "Reasoning must be asked for when nothing is stored.");
    const names = offeredTools(request.body).map(({ name }) => name);
    if (!names.includes("exec") && !names.includes("exec_command"))
      return vendorError(400, `No tool runs commands: ${names.join()}`);
    return rejectAnswers(input);
  },
  read: ({ body: { model, input } }) => ({
    model,
    system: "",
    messages: input.flatMap(({ content }) => (content ?? []).map(({ text = "" }) => ({ role: "user", text }))),
    tools: [],
  }),
  frames: (scene, { body }) => responsesFrames(scene, body),
  fault: (fault) => faultAnswer(fault),
};

/** Every call is answered once, and nothing else is. */
function rejectAnswers(input: readonly CodexItem[]): WireAnswer | undefined {
  for (const kind of ["function_call", "custom_tool_call"]) {
    const ids = (wanted: string): string =>
      input
        .flatMap(({ type, call_id: id = "" }) => (type === wanted ? [id] : []))
        .toSorted()
        .join();
    if (ids(kind) !== ids(`${kind}_output`))
      return vendorError(400, `No tool output found for ${kind} ${ids(kind)}: there is ${ids(`${kind}_output`)}`);
  }
  return undefined;
}
