import { honest } from "./honest/index.js";
import { suite } from "./suite.js";

suite("honest", "quick", honest);
