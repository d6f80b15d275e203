import type { Tree } from "./case.js";

/** What most cases start from: one function, one test of it, one requirement. */
export const calculator = {
  "requirements.txt": "pytest\n",
  "calc.py": "def add(a, b):\n    return a + b\n",
  "tests/test_calc.py": "from calc import add\n\n\ndef test_add():\n    assert add(2, 3) == 5\n",
} satisfies Tree;

/** Adds `mul` as it should be. */
export const goodFeature = {
  "calc.py": "def add(a, b):\n    return a + b\n\n\ndef mul(a, b):\n    return a * b\n",
} satisfies Tree;

/** Adds a `mul` that is wrong. */
export const brokenFeature = {
  "calc.py": "def add(a, b):\n    return a + b\n\n\ndef mul(a, b):\n    return a + b + 1\n",
} satisfies Tree;

/** Tests that `brokenFeature` fails and `goodFeature` passes. */
export const newTests = {
  "tests/test_mul.py":
    "from calc import mul\n\n\ndef test_mul():\n    assert mul(3, 4) == 12\n\n\ndef test_mul_zero():\n    assert mul(3, 0) == 0\n",
} satisfies Tree;

/** A change that does not do what its own tests ask for. */
export const broken = { ...brokenFeature, ...newTests } satisfies Tree;

/** A change that does. */
export const good = { ...goodFeature, ...newTests } satisfies Tree;
