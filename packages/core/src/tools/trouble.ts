/** Trouble that the model should know of: its message becomes the call's result, and the run goes on. */
export class ToolTrouble extends Error {
  override readonly name = "ToolTrouble";
}
