/** A text with its escapes read. One that JSON does not know is text: `\d` in a pattern, `\$` in a script. */
export function unescaped(raw: string, isPython: boolean): string {
  return raw.replaceAll(escape, (written, sign: string, code: string | undefined, hex: string | undefined) => {
    if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
    if (hex !== undefined) return isPython ? String.fromCharCode(Number.parseInt(hex, 16)) : written;
    return sign === "\n" ? (isPython ? "" : "\n") : (escapes.get(sign) ?? written);
  });
}

const escape = /\\(u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|[^])/g;
const escapes: ReadonlyMap<string, string> = new Map([
  ["n", "\n"],
  ["t", "\t"],
  ["r", "\r"],
  ["b", "\b"],
  ["f", "\f"],
  ['"', '"'],
  ["'", "'"],
  ["\\", "\\"],
  ["/", "/"],
]);
