import { randomUUID } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { probeSandbox } from "@aifactory/core/process";
import type { Verdict } from "@aifactory/core";
import { describe, expect, it } from "vitest";
import { type Change, cache, judge } from "../judge.js";

const isOpen = (await probeSandbox()).kind === "none";

/** A change to a project of which no verification has ever seen the base. It fails its test, which is soon found out. */
function fresh(more: { readonly [path: string]: string } = {}): Change & { readonly mark: string } {
  const mark = randomUUID().slice(0, 8);
  const sums = "def add(a, b):\n    return a + b\n";
  return {
    mark,
    base: {
      "sums.py": sums,
      "test_sums.py": `from sums import add\n\ndef test_add_${mark}():\n    assert add(1, 2) == 3\n`,
      ...more,
    },
    head: {
      "sums.py": `${sums}\ndef double(a):\n    return 2 * a\n`,
      "test_double.py": "from sums import double\n\ndef test_double():\n    assert double(4) == 9\n",
    },
  };
}

/** The runs for which pytest was started. */
function started({ evidence }: Verdict): string[] {
  const runs = Object.entries(evidence["runs"] as Record<string, { cached?: boolean }>);
  return runs.flatMap(([name, { cached }]) => (cached === true ? [] : [name]));
}

const varying = { base: "", head: "", durationMs: 0, evidence: {} };

const rewriting = `import pytest

def test_more():
    assert 0

@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    report.outcome = "passed"
`;

describe.skipIf(isOpen)("the record of a base", () => {
  it.concurrent("takes the place of its run, for other commits with the same files too", async () => {
    const failing = fresh();
    const test = "from sums import double\n\ndef test_double():\n    assert double(4) == 8\n";
    const change = { ...failing, head: { ...failing.head, "test_double.py": test } };
    const [first, second] = [await judge(change), await judge(change)];
    expect([first.status, second.status]).toEqual(["passed", "passed"]);
    expect(started(first)).toContain("base");
    expect(started(second)).toEqual(started(first).filter((name) => name !== "base"));
    expect(second.evidence).toMatchObject({ runs: { base: { cached: true, counts: { total: 1, passed: 1 } } } });
    expect({ ...second, ...varying }).toEqual({ ...first, ...varying });
  });

  it.concurrent("is not that of another base, of another environment or of other limits", async () => {
    const change = fresh();
    await judge(change);
    const other = { ...change, base: { ...change.base, "README.md": "# Other sums\n" } };
    expect(started(await judge(other))).toContain("base");
    expect(started(await judge(change, { requirements: ["pytest-asyncio"] }))).toContain("base");
    expect(started(await judge(change, { limits: { processes: 99 } }))).toContain("base");
    expect(started(await judge(change))).not.toContain("base");
  });

  it.concurrent.each<[string, (text: string) => string]>([
    ["cut off", (text) => text.slice(0, -20)],
    ["altered", (text) => text.replace('"outcome":"passed"', '"outcome":"skipped"')],
    ["empty", () => ""],
  ])("is not believed when it is %s, and made anew", async (_, damage) => {
    const change = fresh();
    await judge(change);
    const path = await recordWith(change.mark);
    const text = await readFile(path, "utf8");
    await writeFile(path, damage(text));
    expect(started(await judge(change))).toContain("base");
    expect(started(await judge(change))).not.toContain("base");
  });

  it.concurrent.each([
    ["fails a test", "def test_more():\n    assert 0\n"],
    ["can't be imported as a whole", "import nowhere\n"],
    ["ends early", "import os\n\ndef test_more():\n    os._exit(0)\n"],
    ["reports what did not happen", rewriting],
    ["hides a test", "def test_more():\n    pass\n\ndef pytest_collection_modifyitems(items):\n    items.pop()\n"],
  ])("is not kept of a base that %s", async (_, text) => {
    const change = fresh({ "test_more.py": text, "conftest.py": `from test_more import *\n` });
    await judge(change);
    expect(started(await judge(change))).toContain("base");
  });

  it.concurrent("accuses nobody: what it holds against a change has the base run again", async () => {
    const change = fresh();
    await judge(change);
    const regression = {
      ...change.head,
      "sums.py": "def add(a, b):\n    return 0\n\ndef double(a):\n    return 2 * a\n",
    };
    const verdict = await judge({ ...change, head: regression });
    expect(verdict.findings.map(({ code }) => code)).toContain("regression");
    expect(started(verdict)).toContain("base");
  });

  it.concurrent("is neither written nor read where no sandbox keeps the tests away from it", async () => {
    const change = fresh();
    await judge(change, { sandbox: "none" });
    expect(started(await judge(change))).toContain("base");
    expect(started(await judge(change, { sandbox: "none" }))).toContain("base");
  });
});

async function recordWith(mark: string): Promise<string> {
  for (const name of await readdir(join(cache, "bases"))) {
    const path = join(cache, "bases", name);
    if ((await readFile(path, "utf8")).includes(mark)) return path;
  }
  throw new Error(`No record of ${mark}`);
}
