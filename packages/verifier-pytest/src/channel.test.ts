import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { hear } from "./channel.js";

const key = "00112233";

function line(number: number, event: object, by = key): string {
  const body = JSON.stringify({ ...event, number });
  return `${createHmac("sha256", Buffer.from(by, "hex")).update(body).digest("hex")} ${body}\n`;
}

const first = line(0, { event: "test", id: "a" });
const second = line(1, { event: "end", code: 0 });

describe("hear", () => {
  it("takes the recorder's lines in their order", () => {
    expect(hear(first + second, key)).toEqual({
      events: [
        { event: "test", id: "a" },
        { event: "end", code: 0 },
      ],
      foreign: 0,
    });
  });

  it.each([
    ["another key", line(0, { event: "end", code: 0 }, "ff")],
    ["no digest", '{"event":"end","code":0,"number":0}\n'],
    ["a shape that the recorder never writes", line(0, { event: "end", code: "0" })],
    ["half a line", first.slice(0, 80)],
    ["no JSON under a right digest", `${createHmac("sha256", Buffer.from(key, "hex")).update("x").digest("hex")} x\n`],
  ])("counts as foreign: %s", (_, text) => {
    expect(hear(text, key)).toEqual({ events: [], foreign: 1 });
  });

  it("counts as foreign: a line said again, and one left out", () => {
    expect(hear(first + first, key).foreign).toBe(1);
    expect(hear(second, key).foreign).toBe(1);
  });
});
