import { remark, ruling, type Ruling } from "./findings.js";
import { isSupport, type Lab } from "./lab.js";
import type { NamedTest } from "./scan.js";
import type { TestRun } from "./test-run.js";

/** Tests that are there and did not run, although nobody who may choose tests left them out. */
export function judgeHidden(lab: Lab, base: TestRun, head: TestRun, named: readonly NamedTest[]): Ruling[] {
  const before = new Set(base.hidden);
  const hidden = head.hidden.filter((id) => !before.has(id));
  const isOurs = lab.changed.some(({ path, lines }) => path.endsWith(".py") && lines.length > 0 && decides(lab, path));
  const rulings = hidden.map((test) => {
    const text = `${test} was found and then left out by code of the tree.`;
    return isOurs
      ? ruling("tampered", "test-hidden", `${text} The change touches that code.`, { test })
      : remark("warning", "test-hidden", text, { test });
  });
  if (head.stopped || head.crash !== undefined || head.trouble !== undefined) return rulings;
  return [...rulings, ...named.filter((test) => !isSeen(head, test)).map(notRun)];
}

/** Plug-ins and conftest files; test modules choose only among their own. */
function decides(lab: Lab, path: string): boolean {
  return path.endsWith("conftest.py") || !isSupport(lab, path);
}

function isSeen({ tests, uncollected, deselected, hidden, over }: TestRun, { test, name }: NamedTest): boolean {
  const ids = [...tests.keys(), ...deselected, ...hidden];
  const files = [...uncollected.map(({ file }) => file), ...over];
  return (
    ids.some((id) => id.startsWith(`${test}::`) && id.split("::").some((part) => part.split("[")[0] === name)) ||
    files.some((file) => file === test || test.startsWith(`${file}/`))
  );
}

function notRun({ file, line, name }: NamedTest): Ruling {
  return ruling(
    "failed",
    "test-not-run",
    `${name} stands in ${file} and is not run: something keeps pytest from finding it. Let it run, or take it out.`,
    { file, line },
  );
}
