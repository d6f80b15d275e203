import { describe, expect, it } from "vitest";
import { jsonFormats } from "../../../../benchmarks/recovery/formats.js";
import { namedFormats } from "../../../../benchmarks/recovery/named-formats.js";
import { xmlFormats } from "../../../../benchmarks/recovery/xml-formats.js";
import { recoverToolCalls, type OfferedTool } from "./index.js";

const text = { type: "string" };
const object = { type: "object", properties: { path: text, content: text }, required: ["path", "content"] };
const effects = [undefined, "read", "write"] as const;

function offered(effect: (typeof effects)[number], inputSchema: OfferedTool["inputSchema"]): OfferedTool[] {
  return [{ name: "write_file", inputSchema, ...(effect && { effect }) }];
}

describe("a call without what its schema requires is told, never made", () => {
  const all = [...jsonFormats, ...namedFormats, ...xmlFormats];
  it.each(all.map((format) => [format.name, format] as const))("%s", (_, format) => {
    for (const effect of effects) {
      const tools = offered(effect, object);
      const half = recoverToolCalls(format.write([{ name: "write_file", arguments: { path: "a.txt" } }]), tools);
      expect(half.calls).toEqual([]);
      expect(half.nearMisses[0]?.hint).toContain('"content" is missing');

      const empty = recoverToolCalls(format.write([{ name: "write_file", arguments: {} }]), tools);
      expect(empty.calls).toEqual([]);
      expect(empty.nearMisses[0]?.hint).toMatch(/\S/);
    }
  });

  it.each<[string, OfferedTool["inputSchema"]]>([
    ["behind a reference", { $ref: "#/$defs/file", $defs: { file: object } }],
    ["as one of its parts", { type: "object", allOf: [{ required: ["path"] }, { required: ["content"] }] }],
    ["as one of its variants", { ...object, required: ["path"], anyOf: [{ required: ["content"] }] }],
  ])("also where the schema says it %s", (_, inputSchema) => {
    const say = (input: object): string => JSON.stringify({ name: "write_file", arguments: input });
    const whole = { path: "a.txt", content: "x" };
    for (const effect of effects) {
      const tools = offered(effect, inputSchema);
      expect(recoverToolCalls(say({ path: "a.txt" }), tools).calls).toEqual([]);
      expect(recoverToolCalls(say({}), tools).nearMisses[0]?.reason).toBe("bad-arguments");
      expect(recoverToolCalls(say(whole), tools).calls[0]?.arguments).toEqual(whole);
    }
  });
});
