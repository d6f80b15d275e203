import { changes } from "./changes.js";
import { layouts } from "./layouts.js";
import { styles } from "./styles.js";

/** Work that nobody should be accused for. */
export const honest = { layouts, styles, changes };
