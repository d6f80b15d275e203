import { createReadStream } from "node:fs";

const lineEnd = "\n".charCodeAt(0);

/** The whole lines of a file, each with the place where it ends. The file can be longer than a string. */
export async function* linesIn(path: string): AsyncGenerator<{ readonly line: string; readonly end: number }> {
  let begun: Buffer[] = [];
  let at = 0;
  const chunks: AsyncIterable<Buffer> = createReadStream(path);
  for await (const chunk of chunks) {
    let from = 0;
    for (let to = chunk.indexOf(lineEnd); to >= 0; to = chunk.indexOf(lineEnd, from)) {
      yield { line: Buffer.concat([...begun, chunk.subarray(from, to)]).toString(), end: at + to + 1 };
      begun = [];
      from = to + 1;
    }
    begun.push(chunk.subarray(from));
    at += chunk.length;
  }
}
