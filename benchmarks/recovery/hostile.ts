import type { Contender } from "./contenders.js";

/** How long one contender takes on 64 KB, 256 KB and 1 MB of a hostile text, in milliseconds; undefined: given up. */
export interface Growth {
  readonly input: string;
  readonly times: readonly (number | undefined)[];
}

const sizes = [65_536, 262_144, 1_048_576] as const;
const patience = 5000;

/** Texts that make readers go over the same characters again and again. */
const inputs: readonly { readonly name: string; readonly write: (size: number) => string }[] = [
  ...[
    "{",
    "[",
    '"',
    "<tool_call>",
    "```json\n{",
    '{"name":"read_file","arguments":{',
    "<function=read_file><parameter=path>",
    "<read_file><path>",
    "read_file(path=",
    "[TOOL_CALLS]",
    "<think>",
    "Action: read_file\nAction Input: {",
    "<arg_key>path</arg_key><arg_value>",
    '<|tool_call>call:read_file{path:<|"|>',
    "'\"`",
    "[read_file(",
  ].map((piece) => ({ name: piece.replaceAll("\n", "\\n"), write: (size: number) => repeated(piece, size) })),
  { name: "backslashes in a string", write: (size) => `{"name":"${repeated("\\", size)}` },
  {
    name: "one call with 1 MB of content",
    write: (size) =>
      `<tool_call>{"name":"write_file","arguments":{"path":"a","content":"${repeated("text\\n", size)}"}}</tool_call>`,
  },
];

/** Measures one contender on every hostile text; a reading that takes too long ends its row. */
export function measureGrowth(contender: Contender): readonly Growth[] {
  return inputs.map(({ name, write }) => {
    const times: (number | undefined)[] = [];
    for (const size of sizes) {
      const last = times.at(-1);
      // The next size is four times as long; what is quadratic would take sixteen times as long.
      const isHopeless = times.length > 0 && (last === undefined || last * 16 > patience * 4);
      times.push(isHopeless ? undefined : quickest(contender, write(size)));
    }
    return { input: name, times };
  });
}

/** The best of a few readings: everything slower was the machine's doing. */
function quickest(contender: Contender, text: string): number {
  let best = Infinity;
  for (let round = 0; round < 3 && best > 100 * round; round += 1) {
    const start = performance.now();
    try {
      contender.read(text);
    } catch {
      // A reader that throws has ended, and that is what is measured here.
    }
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

function repeated(piece: string, size: number): string {
  return piece.repeat(Math.ceil(size / piece.length)).slice(0, size);
}
