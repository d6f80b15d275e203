import { z } from "zod";
import { errorData } from "../errors.js";
import type { Subtask } from "../events.js";
import type { Next } from "../next.js";
import { planAnswer, planPrompt, toolSays } from "../prompts.js";
import type { RunContext } from "../run-context.js";
import type { Tool } from "../types.js";
import { stretch } from "./stretch.js";

const planSchema = z.object({
  subtasks: z
    .array(z.object({ title: z.string().min(1), done_when: z.string().optional() }))
    .min(1)
    .max(20),
});

type Plan = z.output<typeof planSchema>;

/** Asks the plan phase's model for subtasks. Files that it changed all the same are put back. */
export async function planStep(run: RunContext, { key: step }: Extract<Next, { do: "plan" }>): Promise<void> {
  const { provider } = run.model("plan");
  let plan: Plan | undefined;
  const submit: Tool<typeof planSchema> = {
    name: "submit_plan",
    description: toolSays.submitPlan,
    effect: "read",
    ends: true,
    input: planSchema,
    async run(input) {
      plan = input;
      return "";
    },
  };
  const reading = run.tools.filter(({ effect, ends }) => effect === "read" && !ends);
  const how = provider.kind === "model" ? planAnswer.byTool : planAnswer.byText;
  const result = await stretch(run, {
    step,
    phase: "plan",
    prompt: `${planPrompt(run.record.task.prompt)}\n\n${how}`,
    tools: [...reading, submit],
    needsWrite: false,
    discards: true,
    title: "Plan",
  });
  const parts = plan ?? planIn(result.text);
  if (result.end === "finished" && parts)
    return run.emit({ type: "plan-finished", subtasks: parts.subtasks.map(subtask) });
  const error =
    result.error ??
    errorData(
      "plan-unreadable",
      `The plan can't be read. ${run.model("plan").asked} answered: ${result.text.slice(0, 300)}`,
    );
  await run.emit({
    type: "work-finished",
    step,
    end: result.end === "finished" ? "failed" : result.end,
    error,
    durationMs: result.durationMs,
  });
}

function subtask({ title, done_when: doneWhen }: Plan["subtasks"][number]): Subtask {
  return { title, phase: "code", ...(doneWhen !== undefined && { doneWhen }) };
}

/** The plan in an answer that may have words or a fence around it. */
function planIn(text: string): Plan | undefined {
  const from = text.indexOf("{");
  const to = text.lastIndexOf("}");
  if (from < 0 || to < from) return undefined;
  try {
    return planSchema.safeParse(JSON.parse(text.slice(from, to + 1))).data;
  } catch {
    return undefined;
  }
}
