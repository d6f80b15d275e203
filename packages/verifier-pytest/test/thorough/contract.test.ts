import { describe, it } from "vitest";
import { type SceneFiles, verifierContract, type VerifierScene } from "@aifactory/core/testing";
import pytestVerifier from "../../src/index.js";
import { cache } from "../judge.js";

const base = {
  "calc.py": "def add(a, b):\n    return a + b\n",
  "tests/test_calc.py": "from calc import add\n\n\ndef test_add():\n    assert add(2, 3) == 5\n",
};
const feature = { "calc.py": `${base["calc.py"]}\n\ndef mul(a, b):\n    return a * b\n` };
const withTest = (test: string): SceneFiles => ({ base, head: { ...feature, "tests/test_mul.py": test } });

const scenes: { readonly [scene in VerifierScene]: (mark: string) => SceneFiles } = {
  passes: () => withTest("from calc import mul\n\n\ndef test_mul():\n    assert mul(3, 4) == 12\n"),
  fails: () => withTest("from calc import mul\n\n\ndef test_mul():\n    assert mul(3, 4) == 13\n"),
  "no-tests": () => ({ base: { "calc.py": base["calc.py"] }, head: feature }),
  hangs: (mark) =>
    withTest(
      `import subprocess\nimport sys\n\n\ndef test_mul():\n    code = "import time; time.sleep(600)  # ${mark}"\n    subprocess.Popen([sys.executable, "-c", code], start_new_session=True).wait()\n`,
    ),
  "looks-for-secret": () =>
    withTest(
      'import os\nfrom calc import mul\n\n\ndef test_mul():\n    assert mul(3, 4) == 12\n    assert "VERIFIER_SECRET" not in os.environ\n',
    ),
};

verifierContract({
  describe,
  it: it.concurrent,
  make: () => pytestVerifier({ cache }),
  shortly: { timeoutMs: 8_000 },
  files: (scene, mark) => scenes[scene](mark),
});
