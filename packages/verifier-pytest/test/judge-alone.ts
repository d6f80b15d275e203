import { broken, calculator, good } from "./calculator.js";
import { judgeCase } from "./judge-case.js";

// A program of its own, for a user who is not the tests': prints what becomes of an honest change and of a dishonest one.
const forged = { ...broken, "conftest.py": "import os\n\n\ndef pytest_sessionfinish():\n    os._exit(0)\n" };
const options = { python: process.argv[2], sandbox: process.argv[3] };
for (const [name, head] of Object.entries({ honest: good, forged })) {
  const verdict = await judgeCase({ name, base: calculator, head, expect: [], options });
  console.log(JSON.stringify({ ...verdict, evidence: { isolation: verdict.evidence["isolation"] } }));
}
