import { relative } from "node:path";
import type { Outcome, RunReference } from "@aifactory/core";

/** What can be done about a run: lines to type where the demo was started, each with its name. */
export function lines(outcome: Outcome): readonly (readonly [name: string, line: string])[] {
  const { repo, stat, base, branch, review, verdict, head } = outcome;
  const isPending = review === "pending";
  const isVerified = verdict?.status === "passed" && verdict.head === head;
  const look = `git -C ${word(repo)} diff ${base.slice(0, 12)} ${branch}`;
  return [
    ...(stat.files > 0 ? ([["Look", look]] as const) : []),
    ...(canGoOn(outcome) ? ([["Resume", lineTo("resume", outcome)]] as const) : []),
    ...(isPending ? ([["Approve", `${lineTo("approve", outcome)}${isVerified ? "" : " --unverified"}`]] as const) : []),
    ...(isPending || canGoOn(outcome) ? ([["Reject", lineTo("reject", outcome)]] as const) : []),
  ];
}

/** The line that decides on a run, or goes on with it. */
export function lineTo(action: "resume" | "approve" | "reject", { repo, id }: RunReference): string {
  return `${started()} --repo ${word(repo)} --${action} ${id}`;
}

/** Whether something is sure to be left that needs no person: after a verdict, fixes may be used up. */
function canGoOn({ status, review, verdict, head, subtasks }: Outcome): boolean {
  if (status === "ready" || status === "no-changes" || review === "approved" || review === "rejected") return false;
  return verdict?.head !== head || subtasks.done < subtasks.total;
}

/** How the demo was started. Without a pnpm of one's own it is npx that finds one. */
function started(): string {
  const [, version] = /^pnpm\/(\S+)/.exec(process.env["npm_config_user_agent"] ?? "") ?? [];
  if (version !== undefined) return `npx --yes pnpm@${version} demo`;
  return ["node", ...process.execArgv, relative("", process.argv[1] ?? "")].map(word).join(" ");
}

/** A word as a shell takes it. */
export function word(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
