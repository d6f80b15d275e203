import type { TestRun } from "./test-run.js";

/** A file with a test that must fail, one that can't be set up and one that must pass, under names that nobody can know. */
export function canaryTests(token: string): string {
  return `import pytest

@pytest.fixture
def f_${token}():
    raise ValueError("${token}")

def test_a_${token}():
    assert [1] == [2]

def test_b_${token}(f_${token}):
    pass

def test_c_${token}():
    assert [1] == [1]
`;
}

/** What those tests did, when it was not what they must do. */
export function canaryTrouble(run: TestRun, token: string): string | undefined {
  const outcome = (name: string): string =>
    [...run.tests.values()].find(({ id }) => id.endsWith(`::test_${name}_${token}`))?.outcome ?? "missing";
  const seen = ["a", "b", "c"].map(outcome);
  const expected = ["failed", "error", "passed"];
  // A run that was cut short, or settings under which our own tests are not collected, show nothing.
  const blind = run.stopped !== undefined || run.crash !== undefined || seen.every((word) => word === "missing");
  if (blind || seen.join() === expected.join()) return undefined;
  return `they must be ${expected.join(", ")} and were ${seen.join(", ")}`;
}
