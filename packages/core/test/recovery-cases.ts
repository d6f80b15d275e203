import { recoverToolCalls, type OfferedTool } from "../src/recovery/index.js";

/** One reply and the calls that stand in it. */
export type RecoveryCase = [
  label: string,
  reply: string,
  expected: [name: string, input: object][],
  tools?: OfferedTool[],
];

/** The tools that are offered where a case names no others. Their effects are not declared. */
export const usualTools: readonly OfferedTool[] = [
  offered("get_weather", ["city"]),
  offered("search", ["query"]),
  offered("read_file", ["path"]),
  offered("write_file", ["path", "content"]),
  offered("shell", ["command"]),
];

/** The calls of a reply, as a case expects them. */
export function callsIn(reply: string, tools: readonly OfferedTool[] = usualTools): [name: string, input: object][] {
  return recoverToolCalls(reply, tools).calls.map(({ name, arguments: input }) => [name, input]);
}

function offered(name: string, names: readonly string[]): OfferedTool {
  const properties = Object.fromEntries(names.map((property) => [property, { type: "string" }]));
  return { name, inputSchema: { type: "object", properties } };
}
