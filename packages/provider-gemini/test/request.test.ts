import type { Effort } from "@aifactory/core";
import { describe, expect, it } from "vitest";
import { toParameters } from "../src/schema.js";
import { sent } from "./stage.js";

describe("a request", () => {
  it("says nothing of tools, system and limits where there are none", async () => {
    const body = await sent({ tools: [], system: " " });
    expect(body).not.toHaveProperty("tools");
    expect(body).not.toHaveProperty("systemInstruction");
    expect(body.generationConfig).toEqual({ thinkingConfig: { includeThoughts: true } });
  });

  it("asks for no more than the model can write", async () => {
    const body = await sent({ maxOutputTokens: 1_000_000 });
    expect(body.generationConfig?.maxOutputTokens).toBe(65_536);
  });

  it.each([
    ["gemini-4-argon", "none", { includeThoughts: true, thinkingLevel: "LOW" }],
    ["gemini-3.8-flash", "minimal", { includeThoughts: true, thinkingLevel: "LOW" }],
    ["gemini-3.5-flash-lite", "none", { includeThoughts: true, thinkingLevel: "MINIMAL" }],
    ["models/gemini-3.8-flash", "medium", { includeThoughts: true, thinkingLevel: "MEDIUM" }],
    ["gemini-9-new", "max", { includeThoughts: true, thinkingLevel: "HIGH" }],
    ["gemini-2.5-flash", "none", { thinkingBudget: 0 }],
    ["gemini-2.5-flash", "max", { includeThoughts: true, thinkingBudget: 24_576 }],
    ["gemini-2.5-pro", "none", { includeThoughts: true, thinkingBudget: 128 }],
    ["gemini-2.5-pro", "max", { includeThoughts: true, thinkingBudget: 32_768 }],
    ["gemini-2.0-flash", "high", undefined],
    ["gemma-4-31b", "high", undefined],
  ] as const)("tells %s to think with effort %s", async (model, effort: Effort, thinkingConfig) => {
    const body = await sent({ model, effort });
    expect(body.generationConfig?.thinkingConfig).toEqual(thinkingConfig);
  });
});

/** As zod writes it, and worse. */
const everything = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  type: "object",
  properties: {
    pattern: { type: "string", pattern: "^a", minLength: 1, format: "date-time", default: "a", examples: ["a"] },
    mail: { type: "string", format: "email" },
    count: { type: "integer", exclusiveMinimum: 0, maximum: 9, multipleOf: 3 },
    only: { const: "x" },
    flag: { enum: [true, null] },
    maybe: { type: ["string", "null"] },
    either: { oneOf: [{ type: "string", pattern: "x" }, { type: "null" }] },
    list: { type: "array", items: { $ref: "#/definitions/item", description: "One." }, uniqueItems: true },
    pair: { type: "array", prefixItems: [{ type: "string" }, { const: 1 }], items: false },
    map: {
      type: "object",
      propertyNames: { type: "string" },
      additionalProperties: { type: "number", exclusiveMaximum: 1 },
    },
    both: {
      allOf: [
        { properties: { a: { const: 1 } }, required: ["a"] },
        { properties: { b: {} }, required: ["b"] },
      ],
    },
    anything: true,
  },
  required: ["pattern"],
  additionalProperties: false,
  definitions: { item: { type: "object", properties: { id: { type: "string", contentEncoding: "base64" } } } },
};

describe("a schema", () => {
  it("is cut down to what Gemini accepts, and stays as it was otherwise", async () => {
    expect(toParameters(everything)).toEqual({
      type: "object",
      properties: {
        pattern: { type: "string", format: "date-time" },
        mail: { type: "string" },
        count: { type: "integer", maximum: 9 },
        only: { enum: ["x"] },
        flag: {},
        maybe: { type: ["string", "null"] },
        either: { oneOf: [{ type: "string" }, { type: "null" }] },
        list: { type: "array", items: { $ref: "#/$defs/item" } },
        pair: { type: "array", prefixItems: [{ type: "string" }, { enum: [1] }] },
        map: { type: "object", additionalProperties: { type: "number" } },
        both: { properties: { a: { enum: [1] }, b: {} }, required: ["a", "b"] },
        anything: {},
      },
      required: ["pattern"],
      additionalProperties: false,
      $defs: { item: { type: "object", properties: { id: { type: "string" } } } },
    });
    const [tool] = (await sent({ tools: [{ name: "all", description: "", inputSchema: everything }] })).tools ?? [];
    expect(tool?.functionDeclarations?.[0]?.parametersJsonSchema).toEqual(toParameters(everything));
  });

  it("may be a reference, or say nothing", async () => {
    const recursive = {
      $ref: "#/$defs/node",
      $defs: { node: { type: "object", properties: { next: { $ref: "#/$defs/node" } } } },
    };
    expect(toParameters(recursive)).toEqual(recursive);
    expect(toParameters({ type: "object", properties: {}, additionalProperties: false })).toBeUndefined();
    expect(toParameters({ type: "object", additionalProperties: {} })).toEqual({
      type: "object",
      additionalProperties: {},
    });
    await sent({ tools: [{ name: "walk", description: "", inputSchema: recursive }] });
  });
});
