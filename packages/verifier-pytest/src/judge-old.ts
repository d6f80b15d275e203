import type { Experiments } from "./experiments.js";
import { remark, ruling, type Ruling } from "./findings.js";
import { isSupport, type Lab } from "./lab.js";
import { isTestFile } from "./settings.js";
import type { TestRun } from "./test-run.js";

/** What became of the tests that passed before the change: in their old words, and in what the change made of them. */
export function judgeOld(lab: Lab, base: TestRun, head: TestRun, { old, onBase }: Experiments): Ruling[] {
  const passed = [...base.tests.values()].filter(({ outcome }) => outcome === "passed");
  const edited = editedTests(lab);
  const isReplaced = replacements(base, head, onBase);
  const rulings: Ruling[] = [...edits(lab)];
  for (const { id, file, line } of passed) {
    const now = head.tests.get(id)?.outcome;
    const inOldWords = old ? old.tests.get(id) : head.tests.get(id);
    const place = { file, line, test: id };
    if (inOldWords?.outcome !== "passed") {
      const text = `${id} passed before the change and does not in its old words${reason(inOldWords?.message, old)}`;
      rulings.push(broken(lab, text, place, edited.has(file) && { isReplaced: isReplaced(place) }));
    } else if (now !== "passed" && now !== "failed" && now !== "error")
      rulings.push(
        lost(
          lab,
          place,
          now === undefined
            ? "is no longer run"
            : now === "skipped"
              ? "is skipped now"
              : "is marked as expected to fail now",
        ),
      );
  }
  // What fails as it stands is said once.
  const failing = new Set(
    [...head.tests.values()].filter(({ outcome }) => outcome === "failed" || outcome === "error").map(({ id }) => id),
  );
  return rulings.filter(({ code, test }) => code !== "regression" || test === undefined || !failing.has(test));
}

type Place = Required<Pick<Ruling, "file" | "line" | "test">>;

/**
 * What it means that an old test no longer holds. A change that edits it may do what it was asked for, or hide what it broke:
 * the two look the same, so no edit makes the verdict green by itself.
 */
function broken({ options }: Lab, text: string, place: Place, edit: { isReplaced: boolean } | false): Ruling {
  const ask = `If its new behaviour is wanted, a person has to say so (testEdits: "allow").`;
  if (edit && options.testEdits === "allow")
    return remark("info", "old-test-broken", `${text}. The change edits it, which testEdits: "allow" permits.`, place);
  if (edit && edit.isReplaced && options.testEdits === "review") {
    const words = `${text}. What the change made of it passes, and does not without the change. ${ask}`;
    return { ...remark("warning", "old-test-replaced", words, place), status: "unproven" };
  }
  return ruling("failed", "regression", `${text}. ${ask}`, place);
}

/**
 * Tells whether the change put something in the place of an old test that asks for the new behaviour: the test itself or,
 * where it is gone, one that is new in its file, one for each; it passes, and does not over the code before the change.
 */
function replacements(base: TestRun, head: TestRun, onBase: TestRun | undefined): (place: Place) => boolean {
  const asksForNew = (id: string): boolean =>
    onBase !== undefined && head.tests.get(id)?.outcome === "passed" && onBase.tests.get(id)?.outcome !== "passed";
  const spare = [...head.tests.values()].filter(({ id }) => !base.tests.has(id) && asksForNew(id));
  return ({ test, file }) => {
    if (head.tests.has(test)) return asksForNew(test);
    const at = spare.findIndex((other) => other.file === file);
    return at >= 0 && spare.splice(at, 1).length > 0;
  };
}

function reason(message = "", old: TestRun | undefined): string {
  const why = message === "" ? (old?.uncollected[0]?.message ?? "") : message;
  const words = why
    .trim()
    .split("\n")
    .filter((text) => text.startsWith("E "))
    .slice(0, 2)
    .map((text) => text.slice(1).trim())
    .join(" | ");
  return words === "" ? "" : `: ${words.slice(0, 300)}`;
}

function lost({ options }: Lab, place: Place, what: string): Ruling {
  const text = `${place.test} passed before the change and ${what}.`;
  if (options.testEdits === "forbid") return ruling("failed", "test-lost", text, place);
  return remark(options.testEdits === "review" ? "warning" : "info", "test-lost", text, place);
}

function edits(lab: Lab): Ruling[] {
  const { options, changed, project, baseProject } = lab;
  return changed
    .filter(({ path, change }) => change !== "added" && isTestFile(path, project, baseProject))
    .map(({ path, change, lines }) => {
      const text = `${path} was there before the change, which ${change === "deleted" ? "deletes" : "edits"} it${lines.length > 0 ? ` (lines ${ranges(lines)})` : ""}.`;
      const place = { file: path, ...(lines[0] !== undefined && { line: lines[0] }) };
      if (options.testEdits === "forbid") return ruling("failed", "test-edited", text, place);
      return remark(options.testEdits === "review" ? "warning" : "info", "test-edited", text, place);
    });
}

function editedTests(lab: Lab): Set<string> {
  const prefix = lab.project.folder === "." ? "" : `${lab.project.folder}/`;
  const paths = lab.changed.map(({ path }) => path).filter((path) => isSupport(lab, path));
  return new Set(paths.map((path) => (path.startsWith(prefix) ? path.slice(prefix.length) : path)));
}

function ranges(lines: readonly number[]): string {
  const parts: [number, number][] = [];
  for (const line of lines) {
    const last = parts.at(-1);
    if (last && last[1] + 1 === line) last[1] = line;
    else parts.push([line, line]);
  }
  const shown = parts.slice(0, 8).map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`));
  return shown.join(", ") + (parts.length > 8 ? " and more" : "");
}
