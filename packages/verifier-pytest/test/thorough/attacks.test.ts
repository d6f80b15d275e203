import { attacks } from "../attacks/index.js";
import { suite } from "../suite.js";

suite("attack", "thorough", attacks);
