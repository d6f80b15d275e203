import { isRecord, signatureOf } from "./signature.js";
import { plainName } from "./toolbox.js";
import type { OfferedTool } from "./types.js";

type Arguments = { readonly [name: string]: unknown };

/**
 * The arguments under the names that the schema knows: `filePath` becomes `file_path`, `cmd` becomes `command`,
 * where exactly one declared parameter can be meant and nobody else has taken it.
 */
export function renameArguments(written: Arguments, tool: OfferedTool): Arguments {
  const { names } = signatureOf(tool.inputSchema);
  if (names.size === 0 || hasOnly(written, names)) return written;
  const renamed: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(written)) {
    const meant = names.has(name) ? name : meantName(name, [...names], written);
    if (Object.hasOwn(renamed, meant)) return written;
    renamed[meant] = value;
  }
  return renamed;
}

function hasOnly(written: Arguments, names: ReadonlySet<string>): boolean {
  for (const name in written) if (!names.has(name)) return false;
  return true;
}

/** Where all arguments are one string: the one parameter it can be. A text that opens like JSON is the rest of arguments that were cut off. */
export function argumentsOf(text: string, tool: OfferedTool): Arguments | undefined {
  const { properties, names, required } = signatureOf(tool.inputSchema);
  if (text.trim() === "" && names.size === 0 && required.length === 0) return {};
  if (opensLikeJson.test(text)) return undefined;
  const only = names.size === 1 ? [...names][0] : required.length === 1 ? required[0] : undefined;
  if (only === undefined) return undefined;
  const schema = properties[only];
  return isRecord(schema) && schema["type"] === "string" ? { [only]: text } : undefined;
}

function meantName(name: string, names: readonly string[], written: Arguments): string {
  const plain = plainName(name);
  const free = names.filter((other) => !Object.hasOwn(written, other));
  const same = free.filter((other) => plainName(other) === plain);
  if (same.length === 1) return same[0]!;
  const family = families.find((members) => members.has(plain));
  const kin = family ? names.filter((other) => family.has(plainName(other))) : [];
  // A second member of the family, even a taken one, leaves two readings.
  return kin.length === 1 && free.includes(kin[0]!) ? kin[0]! : name;
}

/** Behind quotes too: arguments are turned into text twice over. `[ -f x ]` is a command. */
const opensLikeJson = /^[\s"'`\\]*(?:\{|\[\s*["'{[\d\]])/;
/** Names that models use for the same thing. */
const families: readonly ReadonlySet<string>[] = [
  new Set(["path", "file", "filename", "filepath", "targetfile", "pathname"]),
  new Set(["content", "contents", "text", "filetext", "filecontent", "filecontents", "body"]),
  new Set(["command", "cmd", "shellcommand", "commandline", "bash"]),
  new Set(["oldstr", "oldstring", "oldtext", "search"]),
  new Set(["newstr", "newstring", "newtext", "replace", "replacement"]),
  new Set(["query", "searchquery", "q"]),
  new Set(["dir", "directory", "dirpath", "folder"]),
];
