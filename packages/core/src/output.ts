import { StringDecoder } from "node:string_decoder";

/** Keeps the beginning and the end of a stream of bytes within a bound, so that nothing a program prints can fill memory. */
export interface BoundedOutput {
  write(chunk: Buffer): void;
  /** What was kept, as text; where something was left out, a line says how much. */
  text(encoding?: BufferEncoding): string;
  /** Bytes seen, kept or not. */
  readonly bytes: number;
  readonly truncated: boolean;
}

/** @param limit Bytes to keep: half from the beginning, half from the end. */
export function boundedOutput(limit: number): BoundedOutput {
  const headLimit = Math.ceil(limit / 2);
  const tailLimit = limit - headLimit;
  const head: Buffer[] = [];
  let tail: Buffer[] = [];
  let headBytes = 0;
  let tailBytes = 0;
  let bytes = 0;

  return {
    write(chunk) {
      bytes += chunk.length;
      const room = headLimit - headBytes;
      if (room > 0) {
        const part = chunk.subarray(0, room);
        head.push(part);
        headBytes += part.length;
      }
      const rest = room > 0 ? chunk.subarray(room) : chunk;
      if (rest.length === 0) return;
      tail.push(rest);
      tailBytes += rest.length;
      // Trimming at twice the bound keeps the cost linear: every byte is copied at most twice.
      if (tailBytes > 2 * tailLimit) {
        tail = [Buffer.concat(tail).subarray(tailBytes - tailLimit)];
        tailBytes = tailLimit;
      }
    },
    text(encoding = "utf8") {
      const end = Buffer.concat(tail).subarray(Math.max(0, tailBytes - tailLimit));
      const left = bytes - headBytes - end.length;
      const start = Buffer.concat(head);
      if (left === 0) return Buffer.concat([start, end]).toString(encoding);
      // A decoder keeps back what begins a character and does not end it.
      const first = new StringDecoder(encoding).write(start);
      const last = encoding === "utf8" ? fromCharacter(end) : end;
      return `${first}\n[… ${left} bytes left out …]\n${last.toString(encoding)}`;
    },
    get bytes() {
      return bytes;
    },
    get truncated() {
      return bytes > limit;
    },
  };
}

/** Without the end of a character whose beginning is missing. */
function fromCharacter(bytes: Buffer): Buffer {
  const at = bytes.subarray(0, 4).findIndex((byte) => (byte & 0xc0) !== 0x80);
  return at < 0 ? bytes : bytes.subarray(at);
}

/** The longest line that is passed on whole; agents were seen to print 18 MB in one. */
const longestLine = 128 * 1024 * 1024;

/**
 * Splits a byte stream into lines, without the line ends. Characters split over chunks come out whole; what stands after
 * the last line end is a line too. A line over 128 MiB is cut there.
 */
export async function* linesOf(stream: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new StringDecoder("utf8");
  let parts: string[] = [];
  let length = 0;
  for await (const chunk of stream) {
    let text = decoder.write(chunk);
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n")) {
      parts.push(text.slice(0, at));
      yield stripReturn(parts.join(""));
      parts = [];
      length = 0;
      text = text.slice(at + 1);
    }
    length += text.length;
    if (length > longestLine) {
      yield parts.join("");
      parts = [];
      length = text.length;
    }
    parts.push(text);
  }
  const last = stripReturn(parts.join("") + decoder.end());
  if (last !== "") yield last;
}

function stripReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}

/** The first characters of a text, at most so many (UTF-16 units), and never half of one: vendors refuse those. */
export function startOf(text: string, most: number): string {
  return text.slice(0, isSplit(text, most) ? most - 1 : most);
}

/** The last characters of a text, at most so many, and never half of one. */
export function endOf(text: string, most: number): string {
  const from = Math.max(0, text.length - most);
  return text.slice(isSplit(text, from) ? from + 1 : from);
}

/** Whether a character begins before this place and ends behind it. */
function isSplit(text: string, at: number): boolean {
  return (text.codePointAt(at - 1) ?? 0) > 0xff_ff;
}

/** Control characters, line ends, and marks that turn the direction of text around. */
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const unprintable = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** A file name on one line, whatever is in it: quoted where it could steer a terminal, or look like another. */
export function printable(name: string): string {
  return name.search(unprintable) < 0 ? name : JSON.stringify(name).replace(unprintable, escaped);
}

/** Words of others as they may stand in a message: tabs and line ends stay, whatever else could steer a terminal is escaped. */
export function steady(text: string): string {
  const lines = text.replaceAll("\r\n", "\n");
  return lines.replace(unprintable, (found) => (found === "\n" || found === "\t" ? found : escaped(found)));
}

/** A word of a line that a person is told to type in a shell: it means itself there, and can be read on one line. */
export function shellWord(word: string): string {
  if (/^[\w./@+-]+$/.test(word)) return word;
  if (word.search(unprintable) < 0) return `'${word.replaceAll("'", String.raw`'\''`)}'`;
  const bytes = [...Buffer.from(word)].map((byte) => {
    const character = String.fromCharCode(byte);
    return /[\w./-]/.test(character) ? character : `\\${byte.toString(8).padStart(3, "0")}`;
  });
  return `"$(printf '${bytes.join("")}')"`;
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
