import { signatureOf } from "./signature.js";
import { plainName } from "./toolbox.js";
import type { OfferedTool, RecoveredCall } from "./types.js";

/**
 * A whole file in a fence with its path right above it, as small models answer: a call of the one offered tool that writes files.
 * Behind an option, because a file that is only shown looks the same.
 */
export function readFilenameFences(text: string, tools: readonly OfferedTool[]): readonly RecoveredCall[] {
  const writer = soleWriter(tools);
  if (!writer) return [];
  const calls: RecoveredCall[] = [];
  for (const found of text.matchAll(pathAndFence)) {
    const [whole, path, language, content] = found;
    if (
      path === undefined ||
      content === undefined ||
      !isPath(path) ||
      otherLanguages.has((language ?? "").toLowerCase())
    )
      continue;
    const start = found.index;
    calls.push({
      name: writer.tool.name,
      arguments: { [writer.path]: path, [writer.content]: content },
      format: "filename-fence",
      span: [start, start + whole.length],
    });
  }
  return calls;
}

function soleWriter(tools: readonly OfferedTool[]): { tool: OfferedTool; path: string; content: string } | undefined {
  const writers = tools.flatMap((tool) => {
    const names = [...signatureOf(tool.inputSchema).names];
    const required = Array.isArray(tool.inputSchema["required"]) ? (tool.inputSchema["required"] as unknown[]) : names;
    const path = names.find((name) => pathNames.has(plainName(name)));
    const content = names.find((name) => contentNames.has(plainName(name)));
    const isWhole =
      path !== undefined && content !== undefined && required.every((name) => name === path || name === content);
    return isWhole && tool.effect !== "read" && tool.effect !== "execute" ? [{ tool, path, content }] : [];
  });
  return writers.length === 1 ? writers[0] : undefined;
}

function isPath(path: string): boolean {
  return (
    path.length <= 200 &&
    !path.split("/").includes("..") &&
    /^[\w./@+-]*\.\w{1,8}$|^(?:Makefile|Dockerfile)$/.test(path) &&
    !path.startsWith("/")
  );
}

const pathAndFence =
  /(?:^|\n)[ \t]*(?:#{1,4} |File: ?)?(?:\*\*|`)?([\w./@+-]{1,200})(?:\*\*|`)?:?[ \t]*\n(?:[ \t]*\n)?```([\w+-]*)[^\n`]*\n((?:(?!```)[^\n]*\n)*)```(?=\s|$)/g;
const otherLanguages: ReadonlySet<string> = new Set([
  "diff",
  "patch",
  "bash",
  "sh",
  "shell",
  "console",
  "output",
  "text",
  "log",
]);
const pathNames: ReadonlySet<string> = new Set(["path", "file", "filename", "filepath", "targetfile"]);
const contentNames: ReadonlySet<string> = new Set(["content", "contents", "text", "filetext", "filecontent"]);
