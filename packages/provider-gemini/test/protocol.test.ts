import { canaryKey, says, sceneServer } from "@aifactory/core/testing";
import { describe, expect, it } from "vitest";
import { geminiProtocol } from "./protocol.js";
import { sealed } from "./seal.js";

const hello = { role: "user", parts: [{ text: "Hello." }] };
const call = { functionCall: { id: "1", name: "read", args: {} } };
const signed = { ...call, thoughtSignature: seal(call) };
const response = { role: "user", parts: [{ functionResponse: { id: "1", name: "read", response: { output: "" } } }] };

function seal(part: object, by = "gemini-3.8-flash"): string {
  return sealed({ model: by, thinking: "", signature: "", part });
}

function model(...parts: object[]): object {
  return { role: "model", parts };
}

function tool(parametersJsonSchema: unknown): object {
  return {
    contents: [hello],
    tools: [{ functionDeclarations: [{ name: "a", description: "", parametersJsonSchema }] }],
  };
}

function thinks(thinkingConfig: object): object {
  return { contents: [hello], generationConfig: { thinkingConfig } };
}

async function ask(
  body: object,
  headers: { [name: string]: string } = { "x-goog-api-key": canaryKey },
  asked = "gemini-3.8-flash",
) {
  const { url, close } = await sceneServer(geminiProtocol, [{ id: "hello", parts: [says("Hello.")] }]);
  const path = `${url}/v1beta/models/${asked}:streamGenerateContent?alt=sse`;
  const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  const text = await answer.text();
  await close();
  return { status: answer.status, text };
}

describe("the strict vendor", () => {
  it.each([
    ["a whole conversation", { contents: [hello, model(signed), response, model({ text: "Done." }), hello] }],
    ["a call of an earlier turn without signature", { contents: [hello, model(call), response, hello] }],
  ])("takes %s", async (_what, body) => {
    expect((await ask(body)).status).toBe(200);
  });

  it.each<[string, object, string]>([
    ["an unknown field", { contents: [hello], prompt: "x" }, "Unknown name"],
    ["no contents", { contents: [] }, "not specified"],
    ["a model that begins", { contents: [model({ text: "Hi." }), hello] }, "begins with a user"],
    ["a model that comes last", { contents: [hello, model({ text: "Hi." })] }, "end with a user"],
    [
      "two contents of the model in a row",
      { contents: [hello, model({ text: "a" }), model({ text: "b" }), hello] },
      "after a user",
    ],
    [
      "a role of its own for tools",
      { contents: [hello, model(signed), { ...response, role: "tool" }, hello] },
      "valid role",
    ],
    ["no parts", { contents: [hello, model(), hello] }, "must not be empty"],
    ["an empty part", { contents: [hello, model({}), hello] }, "required oneof"],
    ["an empty text", { contents: [{ role: "user", parts: [{ text: "" }] }] }, "required oneof"],
    ["two things in a part", { contents: [hello, model({ ...signed, text: "a" }), response] }, "required oneof"],
    ["a response without a call", { contents: [hello, model({ text: "a" }), response] }, "immediately after"],
    ["a call without its response", { contents: [hello, model(signed), hello] }, "number of function response"],
    ["two calls and one response", { contents: [hello, model(signed, call), response] }, "number of function response"],
    ["a call without signature", { contents: [hello, model(call), response] }, "missing a thought_signature"],
    [
      "a signature that was changed",
      { contents: [hello, model({ ...call, thoughtSignature: `a${seal(call)}` }), response] },
      "Corrupted",
    ],
    [
      "another model's signature",
      { contents: [hello, model({ ...call, thoughtSignature: seal(call, "other") }), response] },
      "Corrupted",
    ],
    [
      "a signature on another part",
      { contents: [hello, model({ text: "a", thoughtSignature: seal(call) }), hello] },
      "Corrupted",
    ],
    [
      "a keyword that it does not know",
      tool({ type: "object", properties: { a: { const: 1 } } }),
      'Unknown name \\"const\\"',
    ],
    [
      "such a one deep within",
      tool({ properties: { a: { anyOf: [{ items: { pattern: "" } }] } } }),
      'Unknown name \\"pattern\\"',
    ],
    ["words beside a reference", tool({ properties: { a: { $ref: "#", title: "" } } }), "beside $ref"],
    ["tools that are none", { contents: [hello], tools: [{ functionDeclarations: [] }] }, "tool_type"],
    ["a budget where there are levels", thinks({ thinkingBudget: 1 }), "not supported"],
    ["a level that it does not know", thinks({ thinkingLevel: "MINIMAL" }), "MINIMAL is not supported"],
    ["a token that is not its own", { contents: [hello], continuationToken: "eA==" }, "Invalid continuation"],
  ])("refuses %s", async (_what, body, words) => {
    const { status, text } = await ask(body);
    expect(status).toBe(400);
    expect(text).toContain(words);
  });

  it("wants its key, and a path that it knows", async () => {
    const body = { contents: [hello] };
    expect((await ask(body, {})).status).toBe(403);
    expect((await ask(body, { "x-goog-api-key": "wrong" })).text).toContain("API_KEY_INVALID");
    expect((await ask(body, undefined, "a/b")).status).toBe(404);
  });
});
