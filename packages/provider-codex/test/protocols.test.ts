import { canaryKey, type WireRequest } from "@aifactory/core/testing";
import { describe, expect, it } from "vitest";
import { chatProtocol } from "./chat-protocol.js";
import { responsesProtocol } from "./responses-protocol.js";
import { sealed } from "./seal.js";

const tool = { name: "read_file", parameters: { type: "object", properties: {} } };
const user = { role: "user", content: "Go." };
const model = "gpt-6-sol";
const encrypted_content = sealed({ model, id: "rs_1", text: "Hm.", signature: "" });
const thought = { type: "reasoning", id: "rs_1", summary: [], encrypted_content };
const call = { type: "function_call", call_id: "c1", name: "read_file", arguments: "{}" };
const output = { type: "function_call_output", call_id: "c1", output: "text" };

function posted(url: string, body: object, key = `Bearer ${canaryKey}`): WireRequest<never> {
  const headers = key === "" ? {} : { authorization: key };
  return { method: "POST", url, headers, body: body as never };
}

function responses(changes: object, url = "/v1/responses", key?: string) {
  const body = { model, stream: true, store: false, input: [user], ...changes };
  return responsesProtocol.reject(posted(url, body, key));
}

function chat(changes: object, url = "/v1/chat/completions", key?: string) {
  const body = { model, stream: true, messages: [user], ...changes };
  return chatProtocol.reject(posted(url, body, key));
}

describe("the scripted Responses API", () => {
  it("accepts a whole conversation", () => {
    const input = [user, thought, call, output, { role: "assistant", content: "Done." }, user];
    const tools = [{ type: "function", description: "Reads.", strict: false, ...tool }];
    expect(responses({ input, tools })).toBeUndefined();
  });

  it.each([
    [{ colour: "red" }, 400, "Unknown parameter: 'colour'"],
    [{ model: "" }, 400, "'model'"],
    [{ input: [] }, 400, "'input'"],
    [{ stream: false }, 400, "'stream'"],
    [{ max_output_tokens: 5 }, 400, "below minimum"],
    [{ input: [user, output] }, 400, "No tool call found"],
    [{ input: [user, call] }, 400, "No tool output found"],
    [{ input: [user, call, call, output] }, 400, "Duplicate call_id"],
    [{ input: [user, call, output, output] }, 400, "No tool call found"],
    [
      {
        input: [
          { ...user, id: "m" },
          { ...user, id: "m" },
        ],
      },
      400,
      "Duplicate item",
    ],
    [{ input: [user, { ...call, name: "a b" }, output] }, 400, "pattern"],
    [{ input: [user, { ...call, mood: "good" }, output] }, 400, "'input[1].mood'"],
    [{ input: [user, { ...call, call_id: "c".repeat(65) }] }, 400, "too long"],
    [{ input: [user, thought] }, 400, "required following item"],
    [{ input: [user, thought, user] }, 400, "required following item"],
    [{ input: [user, { ...thought, id: "rs_2" }, call, output] }, 400, "could not be verified"],
    [{ model: "gpt-6-luna", input: [user, thought, call, output] }, 400, "could not be verified"],
    [
      { input: [user, { ...thought, encrypted_content: `${encrypted_content}x` }, call, output] },
      400,
      "could not be verified",
    ],
    [{ input: [user, { ...thought, encrypted_content: undefined }, call, output] }, 404, "not found"],
    [{ tools: [{ type: "function", ...tool, name: "read file" }] }, 400, "pattern"],
    [{ tools: [{ type: "function", ...tool, strict: true }] }, 400, "Invalid schema"],
    [{ tools: [{ type: "function", function: tool }] }, 400, "'tools[].function'"],
  ])("refuses %j", (changes, status, words) => {
    const answer = responses(changes);
    expect(answer).toMatchObject({ status, body: { error: { message: expect.any(String) } } });
    expect(JSON.stringify(answer)).toContain(words);
  });

  it("refuses a sender without the key, and another path", () => {
    expect(responses({}, undefined, "")?.status).toBe(401);
    expect(responses({}, undefined, "Bearer sk-wrong")?.status).toBe(401);
    expect(responses({}, "/responses")?.status).toBe(404);
  });
});

describe("the scripted chat completions", () => {
  const made = { id: "c1", type: "function", function: { name: "read_file", arguments: "{}" } };
  const asks = { role: "assistant", content: "", tool_calls: [made] };
  const answer = { role: "tool", tool_call_id: "c1", content: "text" };

  it("accept a whole conversation", () => {
    const messages = [{ role: "system", content: "Be." }, user, asks, answer, user];
    expect(chat({ messages, tools: [{ type: "function", function: tool }] })).toBeUndefined();
  });

  it.each([
    [{ store_it: true }, "Unknown parameter: 'store_it'"],
    [{ messages: [] }, "'messages'"],
    [{ stream: undefined }, "'stream'"],
    [{ messages: [user, answer] }, "preceeding message"],
    [{ messages: [user, asks, user] }, "must be followed"],
    [{ messages: [user, asks] }, "Missing tool messages"],
    [{ messages: [user, { ...asks, tool_calls: [made, made] }, answer] }, "Duplicate id"],
    [{ messages: [user, { role: "assistant", content: "" }] }, "expected a string"],
    [{ messages: [{ ...user, mood: "good" }] }, "'messages[0].mood'"],
    [{ messages: [user, { ...asks, tool_calls: [{ ...made, id: "c".repeat(41) }] }] }, "too long"],
    [
      {
        messages: [user, { ...asks, tool_calls: [{ ...made, function: { name: "a", arguments: "{" } }] }, answer],
      },
      "Failed to parse",
    ],
    [{ tools: [{ type: "function", function: { ...tool, name: "" } }] }, "pattern"],
    [{ tools: [tool] }, "'tools[].type'"],
  ])("refuse %j", (changes, words) => {
    const refusal = chat(changes);
    expect(refusal?.status).toBe(400);
    expect(JSON.stringify(refusal)).toContain(words);
  });

  it("refuse a sender without the key, and another path", () => {
    expect(chat({}, undefined, "")?.status).toBe(401);
    expect(chat({}, "/chat/completions")?.status).toBe(404);
  });
});
