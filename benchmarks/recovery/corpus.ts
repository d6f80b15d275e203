import { breakages } from "./breakages.js";
import { type Call, jsonFormats, type WrittenFormat } from "./formats.js";
import type { Value } from "./literals.js";
import { namedFormats } from "./named-formats.js";
import { harmless } from "./harmless.js";
import { makeDice, type Dice } from "./dice.js";
import { codeSamples, prose, tools } from "./material.js";
import { xmlFormats } from "./xml-formats.js";

/** A reply and the calls that stand in it; no calls: whatever is found is a false positive. */
export interface Case {
  readonly format: string;
  readonly text: string;
  readonly expected: readonly Call[];
}

/** Every format a call can be written in. */
export const formats: readonly WrittenFormat[] = [...jsonFormats, ...namedFormats, ...xmlFormats];

/** The corpus; the same seed gives the same one. @param rounds Cases in each format. */
export function makeCorpus(seed: number, rounds: number): readonly Case[] {
  const dice = makeDice(seed);
  const cases: Case[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const format of formats) {
      const calls = someCalls(dice, format);
      const text = embedded(format.write(calls), dice);
      cases.push({ format: format.name, text, expected: calls });
    }
    for (const { name, write } of breakages) {
      const call = aCall(dice);
      cases.push({ format: `broken: ${name}`, text: embedded(write(call), dice), expected: [call] });
    }
    for (const { name, write } of harmless)
      cases.push({ format: `no call: ${name}`, text: write(aCall(dice)), expected: [] });
  }
  return cases;
}

function someCalls(dice: Dice, format: WrittenFormat): readonly Call[] {
  const count = format.isSingle ? 1 : 1 + dice.below(3);
  return Array.from({ length: count }, () => aCall(dice, format.isFlat));
}

/** A call of one of the tools; half of them write code. */
function aCall(dice: Dice, isFlat = false): Call {
  const tool = dice.pick(isFlat ? tools.slice(0, 3) : tools);
  const input: Record<string, Value> = {};
  for (const [name, kind] of Object.entries(tool.parameters)) {
    if (kind === "code") input[name] = dice.pick(codeSamples);
    else if (kind === "path")
      input[name] = dice.pick(["a.py", "src/app/main.ts", "docs/read me.md", "tests/test_x.py"]);
    else if (kind === "count") input[name] = dice.below(500);
    else if (kind === "flag") input[name] = dice.below(2) === 0;
    else if (kind === "words") input[name] = dice.pick(["def main", "TODO: later", "it's here", 'say "hi"', "90210"]);
    else
      input[name] = Array.from({ length: 1 + dice.below(3) }, () => ({
        id: dice.below(9),
        note: dice.pick(["one", "a, b", "{x}"]),
      }));
  }
  return { name: tool.name, arguments: input };
}

/** The call between what a model says before and after it. */
function embedded(call: string, dice: Dice): string {
  const before = dice.below(2) === 0 ? "" : `${dice.pick(prose)}\n\n`;
  const after = dice.below(3) === 0 ? `\n\n${dice.pick(prose)}` : "";
  return before + call + after;
}
