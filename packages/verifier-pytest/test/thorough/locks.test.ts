import { afterAll, describe, expect, it } from "vitest";
import { calculator, good } from "../calculator.js";
import { removeCases } from "../case.js";
import { judgeCase, told } from "../judge-case.js";
import { declaration, lockFiles } from "../locked.js";

afterAll(removeCases);

describe("a verification with a lock file", () => {
  it.concurrent.each(Object.entries(lockFiles("8.4.2")))("%s", async (lock, text) => {
    const base = { ...calculator, "requirements.txt": null, ...declaration, [lock]: text };
    const verdict = await judgeCase({ name: "", base, head: good, expect: "passed" });
    expect(verdict.status === "passed" ? "" : told(verdict)).toBe("");
    const packages = expect.arrayContaining(["iniconfig==2.3.0", "pytest==8.4.2"]);
    expect(verdict.evidence).toMatchObject({ environment: { lock, packages } });
  });
});
