import type { Finding, VerdictStatus } from "@aifactory/core";

/** A finding and the status that it asks for; without one it only informs. */
export interface Ruling extends Finding {
  readonly status?: Exclude<VerdictStatus, "passed">;
}

/** Which status wins when findings ask for several. */
const order: readonly Exclude<VerdictStatus, "passed">[] = [
  "tampered",
  "timed-out",
  "cannot-run",
  "failed",
  "no-tests",
  "unproven",
];

/** The status that all findings together give. */
export function statusOf(rulings: readonly Ruling[]): VerdictStatus {
  return order.find((status) => rulings.some((other) => other.status === status)) ?? "passed";
}

/** A finding that decides. */
export function ruling(
  status: Exclude<VerdictStatus, "passed">,
  code: string,
  message: string,
  place: Pick<Finding, "file" | "line" | "test"> = {},
): Ruling {
  return { code, message, severity: "error", ...place, status };
}

/** A finding that informs. */
export function remark(
  severity: "warning" | "info",
  code: string,
  message: string,
  place: Pick<Finding, "file" | "line" | "test"> = {},
): Ruling {
  return { code, message, severity, ...place };
}

/** A finding as it stands in the verdict. */
export function plain(finding: Ruling): Finding {
  const { code, message, severity, file, line, test } = finding;
  return {
    code,
    message,
    severity,
    ...(file !== undefined && { file }),
    ...(line !== undefined && { line }),
    ...(test !== undefined && { test }),
  };
}

/** The same as a warning, when it says no more than that nothing was proven. */
export function softened(finding: Ruling): Ruling {
  return finding.status === "unproven" ? { ...plain(finding), severity: "warning" } : finding;
}
