import { findTool } from "./toolbox.js";
import type { NearMissReason, OfferedTool } from "./types.js";

/** One sentence for the model: what was wrong with what it wrote, and the shape to use. */
export function hintFor(reason: NearMissReason, tools: readonly OfferedTool[], name: string, detail?: string): string {
  const tool = name === "" || reason === "unknown-tool" ? undefined : findTool(tools, name)?.tool.name;
  // Of several tools none is named that the model did not name: it would take the hint for an order.
  const only = tools.length === 1 ? tools[0]?.name : undefined;
  const shape = (): string => `{"name": ${JSON.stringify(tool ?? only ?? "...")}, "arguments": {...}}`;
  const called = tool ?? (name === "" ? "a tool" : name.slice(0, 60));
  switch (reason) {
    case "unknown-tool":
      return `There is no tool named ${JSON.stringify(called)}; the tools are ${tools
        .slice(0, 20)
        .map((offered) => offered.name)
        .join(", ")}.`;
    case "bad-arguments":
      return `The call of ${called} was not run because ${detail ?? "its arguments do not fit"}; write ${shape()} with arguments that fit its schema.`;
    case "forbidden-key":
      return `The call of ${called} was not run because no argument may be named __proto__, constructor or prototype.`;
    case "cut-off":
      return `A tool call was cut off before it ended and was not run; make it again, whole, as ${shape()}.`;
    case "unreadable":
      return `Something that looks like a tool call could not be read and was not run; use the tool interface, or write exactly ${shape()} in valid JSON.`;
    case "thinking":
      return `A call of ${called} stands in your thinking and was not run; make it outside of the thinking as ${shape()}.`;
    case "quoted":
    case "example":
    default:
      return `A call of ${called} was taken for a quotation, a plan or an example and was not run; if you mean it, make it alone as ${shape()}.`;
  }
}
