import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { conversationText, type TurnRequest } from "@aifactory/core";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { commandOf, neededFlags } from "../src/command.js";
import copilot from "../src/index.js";

const request: TurnRequest = {
  model: "gpt-5",
  system: "You are careful.",
  messages: [{ role: "user", text: "x".repeat(300_000) }],
  tools: [],
  cwd: "/repo",
  effort: "high",
  signal: new AbortController().signal,
};

afterEach(() => vi.unstubAllEnvs());

describe("the command of Copilot", () => {
  it("gives the user's login and no other token to a subscription", () => {
    vi.stubEnv("GH_TOKEN", "ghp_secret");
    vi.stubEnv("GITHUB_TOKEN", "ghp_secret");
    vi.stubEnv("OPENAI_API_KEY", "ghp_secret");
    vi.stubEnv("COPILOT_PROVIDER_BASE_URL", "http://elsewhere");
    vi.stubEnv("HOME", "/home/somebody");
    const { env, args } = commandOf({}, request, "/scratch");
    expect(JSON.stringify(env)).not.toContain("ghp_secret");
    expect(JSON.stringify(env)).not.toContain("elsewhere");
    expect(env).toMatchObject({ HOME: "/home/somebody", TMPDIR: "/scratch" });
    expect(args).toEqual(expect.arrayContaining(["--model", "gpt-5", "--reasoning-effort", "high"]));
  });

  it("goes to an endpoint without GitHub, from a home of its own", () => {
    vi.stubEnv("COPILOT_GITHUB_TOKEN", "github_pat_secret");
    const endpoint = { baseUrl: "http://127.0.0.1:9/v1", apiKey: "sk-x", wireApi: "responses" } as const;
    const { env, args } = commandOf({ endpoint }, request, "/scratch");
    expect(env).toMatchObject({
      HOME: "/scratch",
      COPILOT_OFFLINE: "true",
      COPILOT_PROVIDER_BASE_URL: "http://127.0.0.1:9/v1",
      COPILOT_PROVIDER_API_KEY: "sk-x",
      COPILOT_PROVIDER_WIRE_API: "responses",
    });
    expect(JSON.stringify(env)).not.toContain("github_pat_secret");
    expect(JSON.stringify(args)).not.toContain("sk-x");
  });

  it("puts a long prompt on standard input", () => {
    const { args = [], input } = commandOf({}, request, "/scratch");
    expect(input).toBe(conversationText(request));
    expect(args.join(" ").length).toBeLessThan(1_000);
  });

  it("asks for a model where an endpoint has no default", () => {
    const endpoint = { baseUrl: "http://127.0.0.1:9/v1" };
    const code = { code: "unknown-model" };
    expect(() => commandOf({ endpoint }, { ...request, model: "" }, "/scratch")).toThrow(expect.objectContaining(code));
  });
});

/** A program that is a shell script. */
async function script(body: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "aifactory-copilot-"));
  onTestFinished(async () => rm(folder, { recursive: true }));
  const path = join(folder, "copilot");
  await writeFile(path, `#!/bin/sh\n${body}\n`);
  await chmod(path, 0o755);
  return path;
}

async function programSaying(flags: readonly string[]): Promise<string> {
  return script(`[ "$1" = --version ] && echo "GitHub Copilot CLI 1.0.102." || echo "${flags.join(" ")}"`);
}

describe("check of Copilot", () => {
  it("reads the version and says who pays", async () => {
    const program = await programSaying(neededFlags);
    const found = await copilot({ program }).check?.({ model: "" });
    expect(found).toMatchObject({ version: "1.0.102", billing: "subscription" });
  });

  it("fails loudly when a flag is gone", async () => {
    const program = await programSaying(neededFlags.slice(1));
    await expect(copilot({ program }).check?.({ model: "" })).rejects.toMatchObject({
      code: "provider-broken",
      message: expect.stringContaining("no longer has --output-format"),
    });
  });

  it("says how to install a program that is not there", async () => {
    await expect(copilot({ program: "/nowhere/copilot" }).check?.({ model: "" })).rejects.toMatchObject({
      code: "program-missing",
      message: expect.stringContaining("npm install -g @github/copilot"),
    });
  });
});

describe("an exit of Copilot without a last line", () => {
  it("is auth when it asks to log in", async () => {
    // Recorded from 1.0.102.
    const program = await script(`cat >/dev/null; echo "Error: No authentication information found." >&2; exit 1`);
    const events = [];
    for await (const event of copilot({ program }).turn({ ...request, cwd: tmpdir() })) events.push(event);
    expect(events).toEqual([expect.objectContaining({ error: expect.objectContaining({ code: "auth" }) })]);
  });
});
