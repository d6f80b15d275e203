import type { TurnEvent, Verifier } from "@aifactory/core";
import { either, type Fault, fails, judge, many, sleeps, works } from "./fault-kinds.js";
import { files } from "./fault-agent.js";
import { done } from "./turns.js";

const talks = { text: "Well", stalls: true };
const spends = { ...works, usage: { inputTokens: 900, outputTokens: 200 } };
const server = { status: 500 };
const runs = { calls: works.calls };
const noEvent = null as unknown as TurnEvent;

const broken: Verifier["verify"] = async () => {
  throw new Error("The verifier broke.");
};
const unable: Verifier["verify"] = async ({ base, head }) => {
  const verifier = { name: "shell", version: "1" };
  return {
    status: "cannot-run",
    summary: "No shell.",
    verifier,
    base,
    head,
    findings: [],
    fixable: false,
    durationMs: 1,
    evidence: {},
  };
};

/** Every fault. What `turns` says stands for both kinds; each takes what it knows. */
export const faults: readonly Fault[] = [
  // The way to the provider.
  { name: "401", turns: [fails("auth")], ...either("failed", "auth"), list: "stays" },
  { name: "bad request", turns: [fails("invalid-request")], ...either("failed", "invalid-request"), list: "stays" },
  { name: "quota", turns: [fails("quota")], ...either("failed", "quota"), list: "takes over" },
  { name: "429, short", turns: [fails("rate-limit", { retryAfterMs: 5 })], fresh: true, ...either("ready") },
  {
    name: "429, long",
    turns: [fails("rate-limit", { retryAfterMs: 600_000 })],
    fresh: true,
    ...either("failed", "retry-too-late"),
    list: "takes over",
  },
  { name: "500 once", turns: [fails("server-error", server)], fresh: true, ...either("ready") },
  {
    name: "500 for ever",
    turns: many(fails("server-error", server)),
    ...either("failed", "server-error"),
    list: "takes over",
  },
  { name: "overloaded", turns: many(fails("overloaded")), ...either("failed", "overloaded"), list: "takes over" },
  { name: "refused connection", turns: many(fails("network")), ...either("failed", "network"), list: "takes over" },
  { name: "missing program", place: "missing program", agent: ["failed", "program-missing"], list: "takes over" },
  {
    name: "cut stream",
    turns: many({ text: "I am", ...fails("cut-stream") }),
    ...either("failed", "cut-stream"),
    list: "takes over",
  },
  { name: "silence", turns: many(talks), ...either("failed", "timeout"), list: "takes over" },
  { name: "killed program", turns: [{ shell: "kill -9 $$" }], agent: ["failed", "agent-exited"], list: "takes over" },
  { name: "exit 0, no end", turns: [{ shell: "exit 0" }], agent: ["failed", "cut-stream"] },
  { name: "exit 3", turns: [{ shell: "echo no >&2; exit 3" }], agent: ["failed", "agent-exited"], list: "takes over" },
  { name: "exit 3 after the end", turns: [{ text: "Done.", exitCode: 3 }], agent: ["failed", "agent-exited"] },

  // What the provider says.
  {
    name: "malformed event",
    turns: [{ ...runs, text: "So.", events: [{ type: "raw", value: "{" }], lines: ['{"type":'], files }],
    ...either("ready"),
  },
  { name: "no event at all", turns: [{ events: [noEvent] }], ...either("failed", "provider-broken") },
  { name: "provider throws", turns: [{ lines: ["THROW"] }], ...either("failed", "provider-broken"), list: "stays" },
  { name: "empty answers", turns: many({}), fresh: true, ...either("stalled", "stalled"), list: "takes over" },
  {
    name: "nothing done",
    turns: many({ ...done, text: "All is done." }),
    fresh: true,
    ...either("stalled", "stalled"),
  },
  { name: "length stop", turns: many({ text: "And so", reason: "length" }), ...either("stalled", "stalled") },
  {
    name: "refusal",
    turns: [{ text: "No.", reason: "content-filter" }],
    ...either("failed", "refused"),
    list: "stays",
  },
  { name: "overflow once", turns: [fails("context-overflow")], model: ["ready"] },
  {
    name: "overflow for ever",
    turns: many(fails("context-overflow")),
    ...either("failed", "context-overflow"),
    list: "stays",
  },

  // Whoever stops it, and the limits.
  { name: "abort before", does: "abort", at: "begin", ...either("cancelled", "aborted") },
  { name: "abort during a tool", turns: [sleeps], does: "abort", at: "tool", ...either("cancelled", "aborted") },
  { name: "abort after a tool", turns: [works], does: "abort", at: "tool done", ...either("cancelled", "aborted") },
  { name: "abort in verification", does: "abort", at: "verify", ...either("cancelled", "aborted") },
  { name: "turns", turns: [works], spec: { limits: { turns: 2 } }, model: ["partial", "limit-reached"] },
  {
    name: "turns of an agent",
    turns: [{}],
    fresh: true,
    spec: { limits: { turns: 1 } },
    agent: ["failed", "limit-reached"],
  },
  {
    name: "minutes",
    turns: many(talks),
    spec: { limits: { minutes: 0.06 } },
    does: "collect garbage",
    at: "write",
    ...either("partial", "limit-reached"),
  },
  { name: "tokens", turns: [spends], spec: { limits: { tokens: 1_000 } }, ...either("partial", "limit-reached") },
  { name: "usd", turns: [spends], spec: { limits: { usd: 0.001 } }, ...either("partial", "limit-reached") },

  // The machine and its other users.
  { name: "full disk", place: "full disk", ...either("failed", "disk") },
  { name: "no folder for worktrees", place: "no folder", ...either("failed", "disk") },
  { name: "clock set back", does: "set the clock back", at: "write", ...either("ready") },
  { name: "branch moved", does: "move the branch", at: "write", ...either("ready") },

  // The verifier.
  { name: "verifier throws", verifier: judge(broken), ...either("failed", "internal") },
  { name: "verifier can't run", verifier: judge(unable), ...either("failed", "verification-failed"), final: true },
  {
    name: "verification too slow",
    check: "sleep 300\n",
    spec: { verify: { verifier: "shell", timeoutMs: 300 }, limits: { fixes: 0 } },
    ...either("failed", "verification-failed"),
    final: true,
  },
];
