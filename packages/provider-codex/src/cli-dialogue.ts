import { conversationText, jsonRpc, type RpcValue, type TurnEvent, type TurnRequest } from "@aifactory/core";
import { type CodexCliOptions, keyOf } from "./cli-command.js";
import { readEvents } from "./cli-events.js";
import { notLoggedIn, refusal } from "./cli-failure.js";
import { type Answer, silent } from "./cli-messages.js";
import { defaultModel, wireEffort } from "./models.js";

/**
 * Holds the dialogue of one turn: a thread of its own, which is not kept, and one turn in it.
 * https://developers.openai.com/codex/app-server
 */
export function holdDialogue(
  options: CodexCliOptions,
  request: TurnRequest,
  say: (line: string) => void,
): (line: string) => readonly TurnEvent[] {
  const { cwd, model, effort } = request;
  const { sandbox = "workspace-write", billing = "subscription" } = options;
  const key = keyOf(options);
  const events = readEvents(options, request);
  const peer = jsonRpc(say, {
    notified: (method, params) => events.notified(method, params),
    asked: (method) => (approvals.has(method) ? { decision: "accept" } : undefined),
    failed: ({ message, data }, method) => [events.finish(method, refusal(method, message, data))],
  });

  const startTurn = (threadId: string): void => {
    const input = [{ type: "text", text: conversationText(request), text_elements: [] }];
    const asked = effort && { effort: wireEffort(model || defaultModel, effort) };
    peer.ask("turn/start", { threadId, input, ...asked }, () => []);
  };
  const startThread = (): void => {
    // Nobody is there to be asked: what the sandbox forbids fails, and the model is told.
    const params = { cwd, sandbox, approvalPolicy: "never", ephemeral: true, ...(model !== "" && { model }) };
    peer.ask("thread/start", params, (thread: Answer) => {
      events.begin(thread);
      startTurn(thread.thread?.id ?? "");
      return [];
    });
  };
  const askWhoPays = (): void => {
    peer.ask("account/read", {}, ({ account, requiresOpenaiAuth }: Answer) => {
      if (!account && requiresOpenaiAuth) return [events.finish("not logged in", notLoggedIn(options))];
      // Codex can be logged in with a key, too.
      if (account?.type === "chatgpt") events.subscribe();
      startThread();
      return [];
    });
  };

  peer.ask("initialize", introduction, () => {
    peer.tell("initialized");
    if (billing === "key") startThread();
    else askWhoPays();
    return [];
  });
  // Servers repeat the key in their words, and then so does the program.
  return (line) => peer.read(key === "" ? line : line.replaceAll(key, "[key]"));
}

/** With policy `never` only settings that an organization manages can still ask. */
const approvals: ReadonlySet<string> = new Set([
  "item/commandExecution/requestApproval",
  "item/fileChange/requestApproval",
]);

const introduction: RpcValue = {
  clientInfo: { name: "aifactory", title: "AIFactory", version: "0.1.0" },
  capabilities: { experimentalApi: false, requestAttestation: false, optOutNotificationMethods: silent },
};
