import { expect, it } from "vitest";
import { usualTools } from "../../test/recovery-cases.js";
import { recoverToolCalls } from "./index.js";

it("leaves nothing of the tags around Kimi K3's calls", () => {
  const call =
    '<|open|>call tool="search" index="1"<|sep|><|open|>argument key="query" type="string"<|sep|>b<|close|>argument<|sep|><|close|>call<|sep|>';
  const reply = `Let me see.<|open|>tools<|sep|>${call}\n${call}<|close|>tools<|sep|><|close|>message<|sep|>`;
  const { calls, text } = recoverToolCalls(reply, usualTools);
  expect(calls).toHaveLength(2);
  expect(text.trim()).toBe("Let me see.");
});
