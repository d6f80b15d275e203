import { readFileSync } from "node:fs";
import { calls, type Scene, says } from "@aifactory/core/testing";

interface RecordedTurn {
  readonly text?: string;
  readonly calls?: readonly { readonly name: string; readonly input: object }[];
}

const recording: readonly RecordedTurn[] = JSON.parse(
  readFileSync(new URL("../recording.json", import.meta.url), "utf8"),
);

const usage = { inputTokens: 1_200, outputTokens: 300 };

/** The demo's recording as a vendor's server plays it to our loop: a scene for each turn. */
export const modelPlay: readonly Scene[] = recording.map(({ text, calls: made = [] }, turn) => ({
  id: `turn-${turn}`,
  parts: [
    ...(text === undefined ? [] : [says(text)]),
    ...made.map(({ name, input }, at) => calls(`call_${turn}_${at}`, name, input)),
  ],
  usage,
}));

/** The same as an agent's server plays it: one shell command that writes every file, and a last word. */
export function agentPlay(shell: (command: string) => Scene["parts"][number]): readonly Scene[] {
  return [
    { id: "works", parts: [says("I write it."), shell(writeAll())], usage },
    { id: "ends", parts: [says("The game, its endpoint and its tests are written.")], usage },
  ];
}

function writeAll(): string {
  const text = recording.map((turn) => turn.text ?? "").join("\n");
  const described = [...text.matchAll(/<tool_call>\n(.*)\n<\/tool_call>/g)].map(([, call]) => JSON.parse(call!));
  const written = [...recording.flatMap((turn) => turn.calls ?? []), ...described].flatMap(
    ({ name, input, arguments: given }) => (name === "write_file" ? [input ?? given] : []),
  );
  return written
    .map(({ path, content }) => `echo ${Buffer.from(content).toString("base64")} | base64 -d > ${path}`)
    .join(" && ");
}
