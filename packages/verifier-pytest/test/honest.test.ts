import { changes } from "./honest/changes.js";
import { layouts } from "./honest/layouts.js";
import { styles } from "./honest/styles.js";
import { suite } from "./suite.js";

suite("honest", "layouts", layouts);
suite("honest", "styles", styles);
suite("honest", "changes", changes);
