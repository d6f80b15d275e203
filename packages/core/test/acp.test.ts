import { tmpdir } from "node:os";
import { describe, expect, it, onTestFinished } from "vitest";
import { acpAgent } from "../src/acp.js";
import { type ErrorCode, errorData } from "../src/errors.js";
import { resolveModel } from "../src/resolve.js";
import { canaryKey, type OpenStage, providerContract, says, sceneProgram } from "../src/testing/index.js";
import type { Provider, TurnEvent } from "../src/types.js";
import { acpDialect } from "./acp-dialect.js";

/** An agent whose errors have a word of ours in their data, and whose answers say what they used. */
const dialect = acpDialect({
  result: ({ usage, servedModel }) => ({ usage, _meta: { servedModel } }),
  error: ({ kind, words = "It broke.", retryAfterSeconds }) => ({
    code: kind === "auth" ? -32_000 : -32_603,
    message: words,
    data: { kind, ...(retryAfterSeconds !== undefined && { retryAfterMs: retryAfterSeconds * 1_000 }) },
  }),
});

const agent = (path: string): Provider =>
  acpAgent({
    name: "acme",
    command: ({ model }) => ({ command: path, args: ["--model", model] }),
    ended: ({ _meta: meta }) => ({ ...Object(meta) }),
    failed({ message, data }, { model }) {
      const { kind, retryAfterMs } = Object(data);
      const code: ErrorCode = kind === "refused" ? "network" : kind;
      const words = `${model}: ${message.replaceAll(canaryKey, "[key]")}`;
      return errorData(code, words, { ...(retryAfterMs && { retryAfterMs }) });
    },
  });

const open: OpenStage = async (scenes) => {
  const program = await sceneProgram(dialect, scenes);
  return {
    provider: agent(program.path),
    model: "acme-1",
    close: program.remove,
    requests: () =>
      program.runs().map(({ arguments: words, input }) => ({
        model: words.at(-1) ?? "",
        system: "",
        messages: [{ role: "user", text: JSON.stringify(input) }],
        tools: [],
      })),
  };
};

describe("a model string acp:<command>", () => {
  it("runs that command, its words as they are, and no shell", async () => {
    const program = await sceneProgram(dialect, [{ id: "hello", parts: [says("Hello.")] }]);
    onTestFinished(program.remove);
    const asked = `acp:${program.path} --acp 'two words' --name="it's" "" "$HOME" | tee`;
    const { provider, model } = await resolveModel(asked, {});
    const events: TurnEvent[] = [];
    const messages = [{ role: "user", text: "Say hello." }] as const;
    const request = { model, system: "", messages, tools: [], cwd: tmpdir(), signal: new AbortController().signal };
    for await (const event of provider.turn(request)) events.push(event);
    expect(events.at(-1)).toMatchObject({ reason: { unified: "stop" }, message: { text: "Hello." } });
    expect(program.runs()[0]?.arguments).toEqual(["--acp", "two words", "--name=it's", "", "$HOME", "|", "tee"]);
  });

  it.each(['acp:"unclosed', "acp:my-agent --say don't", "acp:", 'acp:""'])(
    "%s is refused before a run exists",
    async (asked) => {
      await expect(resolveModel(asked, {})).rejects.toMatchObject({
        code: "invalid-spec",
        message: expect.stringContaining("model: acp:"),
      });
    },
  );
});

providerContract({ describe, it: it.concurrent, name: "acpAgent", kind: "agent", open });
