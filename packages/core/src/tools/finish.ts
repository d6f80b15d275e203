import { z } from "zod";
import { toolSays } from "../prompts.js";
import type { Tool } from "../types.js";

const input = z.strictObject({
  summary: z.string().describe("What was done, in a sentence or two."),
});

/** Says that the work is done. The loop decides whether it is. */
export const finish: Tool<typeof input> = {
  name: "finish",
  description: toolSays.finish,
  effect: "read",
  ends: true,
  input,
  run: async ({ summary }) => summary,
};
