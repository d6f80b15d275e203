// Never comes to its end when it is asked to.
import { signalOfCtrlC } from "../ctrl-c.js";

signalOfCtrlC("nothing is kept.", () => "Start it again.");
console.log("working");
setInterval(() => {}, 1_000);
