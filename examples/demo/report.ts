import type { Outcome, RunEvent, ToolCall } from "@aifactory/core";
import { lines } from "./lines.js";

/** What a person wants to see of an event while it happens; undefined for the rest. */
export function line(event: RunEvent): string | undefined {
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- only what a person wants to see
  switch (event.type) {
    case "run-started":
      return `· run ${event.id} on ${event.branch}`;
    case "step-started":
      return `\n${event.step}${event.model === undefined ? "" : `  (${event.model})`}`;
    case "tool-finished":
      return `  ${event.isError ? "✗" : "✓"} ${called(event.call)}`;
    case "recovered":
      return `  ~ read a ${event.call.recovered} call out of the text: ${event.call.name}`;
    case "handed-over":
      return `  ! ${event.from} can't go on (${event.error.code}); ${event.to} takes over`;
    case "nudged":
      return `  ! nudged: ${event.rule}`;
    case "retry":
      return `  ! ${event.error.code}; trying again in ${event.delayMs / 1_000} s`;
    case "checkpoint":
      return `  ● ${event.commit.slice(0, 12)}  ${event.stat.files} files, +${event.stat.insertions} −${event.stat.deletions}`;
    case "progress":
      return `  ${event.line}`;
    case "notice":
      return `  ! ${event.message}`;
    default:
      return undefined;
  }
}

function called({ name, input }: ToolCall): string {
  const first: unknown = typeof input === "object" && input !== null ? Object.values(input)[0] : undefined;
  return typeof first === "string" ? `${name} ${first.split("\n")[0]?.slice(0, 70)}` : name;
}

/** The last screen: what came out, how it is known, and what to do next. */
export function report(outcome: Outcome): string {
  const { status, verdict, stat, branch, error } = outcome;
  const counts = verdict?.counts;
  const rows: (readonly [name: string, text: string])[] = [
    ["Status", `${status}${error ? `: ${error.message}` : ""}`],
    ["Verdict", verdict ? `${verdict.status}: ${verdict.summary}` : "not verified"],
    [
      "Tests",
      counts
        ? `${counts.passed} of ${counts.total} passed, ${counts.failed} failed, ${counts.skipped} skipped`
        : "none were run",
    ],
    ["Change", `${stat.files} files, ${stat.insertions} lines added, ${stat.deletions} removed`],
  ];
  if (stat.files > 0) rows.push(["Branch", branch]);
  rows.push(...lines(outcome));
  const findings = (verdict?.findings ?? []).map(
    ({ severity, message, file }) => `  ${severity}: ${file === undefined ? "" : `${file}: `}${message}`,
  );
  return [
    "",
    ...rows.map(([name, text]) => `${name.padEnd(9)}${text}`),
    ...(findings.length > 0 ? ["Findings", ...findings] : []),
  ].join("\n");
}
