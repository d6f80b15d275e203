import { honest } from "../honest/index.js";
import { suite } from "../suite.js";

suite("honest", "thorough", honest);
