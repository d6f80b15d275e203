import { exits } from "./attacks/exits.js";
import { oldTests } from "./attacks/old-tests.js";
import { reports } from "./attacks/reports.js";
import { settings } from "./attacks/settings.js";
import { shadows } from "./attacks/shadows.js";
import { tailored } from "./attacks/tailored.js";
import { vacuous } from "./attacks/vacuous.js";
import { suite } from "./suite.js";

suite("attack", "what pytest reports", reports);
suite("attack", "the process ends early", exits);
suite("attack", "pytest's settings", settings);
suite("attack", "files that stand in for something", shadows);
suite("attack", "tests that test nothing", vacuous);
suite("attack", "old tests", oldTests);
suite("attack", "made for this verifier", tailored);
