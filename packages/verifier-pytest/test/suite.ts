import { afterAll, describe, expect, it } from "vitest";
import { type Case, removeCases } from "./case.js";
import { judgeCase, told } from "./judge-case.js";

/** How many cases stand for one that `pnpm test` runs. Together the two commands run each once. */
const share = { attack: 6, honest: 4 } as const;

/**
 * One test for each case, a few at a time.
 *
 * @param part `quick`: the cases that `pnpm test` runs; `thorough`: all others, which `pnpm test:thorough` runs.
 */
export function suite(
  about: "honest" | "attack",
  part: "quick" | "thorough",
  families: { readonly [what: string]: readonly Case[] },
): void {
  afterAll(removeCases);
  for (const [what, cases] of Object.entries(families)) {
    const mine = cases.filter((_, at) => (at % share[about] === 0) === (part === "quick"));
    family(about, what, mine);
  }
}

function family(about: string, what: string, cases: readonly Case[]): void {
  describe(`${about}: ${what}`, () => {
    it.concurrent.each(cases)("$name", async (one) => {
      const verdict = await judgeCase(one);
      const codes = verdict.findings.map(({ code }) => code);
      const isAsExpected =
        [one.expect].flat().includes(verdict.status) && (one.finding === undefined || codes.includes(one.finding));
      // The whole story stands in the failure: nobody should have to run it again to see why.
      expect(isAsExpected ? "" : `expected ${String(one.expect)}, got ${told(verdict)}`).toBe("");
      expect(JSON.parse(JSON.stringify(verdict))).toEqual(verdict);
      // No verdict may call code correct.
      expect(verdict.summary).not.toMatch(/\bcorrect\b/i);
    });
  });
}
