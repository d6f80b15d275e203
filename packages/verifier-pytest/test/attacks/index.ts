import { exits } from "./exits.js";
import { oldTests } from "./old-tests.js";
import { reports } from "./reports.js";
import { settings } from "./settings.js";
import { shadows } from "./shadows.js";
import { tailored } from "./tailored.js";
import { vacuous } from "./vacuous.js";

/** Ways to fake green or to break out. */
export const attacks = {
  "what pytest reports": reports,
  "the process ends early": exits,
  "pytest's settings": settings,
  "files that stand in for something": shadows,
  "tests that test nothing": vacuous,
  "old tests": oldTests,
  "made for this verifier": tailored,
};
