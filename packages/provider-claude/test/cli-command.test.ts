import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { conversationText, type TurnRequest } from "@aifactory/core";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { commandOf, neededFlags } from "../src/cli-command.js";
import { cli } from "../src/index.js";

const request: TurnRequest = {
  model: "claude-opus-5-5",
  system: "You are careful.",
  messages: [{ role: "user", text: "x".repeat(300_000) }],
  tools: [],
  cwd: "/repo",
  effort: "minimal",
  maxOutputTokens: 9_000,
  signal: new AbortController().signal,
};

afterEach(() => vi.unstubAllEnvs());

describe("the command of Claude Code", () => {
  it("gives no key to a subscription, whatever stands in the environment", () => {
    vi.stubEnv("ANTHROPIC_API_KEY", "sk-ant-secret");
    vi.stubEnv("ANTHROPIC_AUTH_TOKEN", "sk-ant-secret");
    vi.stubEnv("HOME", "/home/somebody");
    vi.stubEnv("CLAUDE_CONFIG_DIR", "/home/somebody/claude");
    const command = commandOf({}, request, "/scratch");
    expect(JSON.stringify(command)).not.toContain("sk-ant-secret");
    expect(command.env).toMatchObject({ HOME: "/home/somebody", CLAUDE_CONFIG_DIR: "/home/somebody/claude" });
  });

  it("keeps a key out of arguments and environment, where the model's commands would see it", () => {
    vi.stubEnv("ANTHROPIC_API_KEY", "sk-ant-secret");
    const { files, ...rest } = commandOf({ billing: "key" }, request, "/it's scratch");
    expect(files).toEqual({
      "home/.keep": "",
      key: "sk-ant-secret",
      "settings.json": JSON.stringify({ apiKeyHelper: String.raw`cat '/it'\''s scratch/key'` }),
    });
    expect(JSON.stringify(rest)).not.toContain("sk-ant-secret");
    expect(rest.env).toMatchObject({ HOME: "/it's scratch/home", TMPDIR: "/it's scratch" });
    expect(rest.args).toEqual(expect.arrayContaining(["--settings", "/it's scratch/settings.json"]));
  });

  it("says so when a key shall be billed and there is none", async () => {
    vi.stubEnv("ANTHROPIC_API_KEY", "");
    expect(() => commandOf({ billing: "key" }, request, "/scratch")).toThrow(expect.objectContaining({ code: "auth" }));
  });

  it("puts a long prompt on standard input, and what it can into flags", () => {
    const { args = [], env, input } = commandOf({ allowedTools: ["Read", "Bash(git *)"] }, request, "/scratch");
    expect(input).toBe(conversationText(request));
    expect(args.join(" ").length).toBeLessThan(1_000);
    expect(args).toEqual(expect.arrayContaining(["--effort", "low", "--allowedTools", "Read,Bash(git *)"]));
    expect(env).toMatchObject({ CLAUDE_CODE_MAX_OUTPUT_TOKENS: "9000" });
  });

  it("repeats what was said before", () => {
    const messages = [
      { role: "user", text: "Add a test." },
      { role: "assistant", text: "Added.", calls: [] },
      { role: "user", text: "It fails." },
    ] as const;
    const parts = ["Rules.", "# What was said so far", "## The user\nAdd a test.", "## You\nAdded."];
    expect(conversationText({ system: "Rules.", messages })).toBe(
      [...parts, "# What is asked now", "It fails."].join("\n\n"),
    );
  });
});

/** A program that is a shell script. */
async function script(body: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "aifactory-claude-"));
  onTestFinished(async () => rm(folder, { recursive: true }));
  const path = join(folder, "claude");
  await writeFile(path, `#!/bin/sh\n${body}\n`);
  await chmod(path, 0o755);
  return path;
}

async function programSaying(flags: readonly string[]): Promise<string> {
  return script(`[ "$1" = --version ] && echo "2.1.330 (Claude Code)" || echo "${flags.join(" ")}"`);
}

describe("check of Claude Code", () => {
  it("reads the version and says who pays", async () => {
    const program = await programSaying(neededFlags);
    await expect(cli({ program }).check?.({ model: "" })).resolves.toMatchObject({
      version: "2.1.330",
      billing: "subscription",
    });
  });

  it("fails loudly when a flag is gone", async () => {
    const program = await programSaying(neededFlags.filter((flag) => flag !== "--strict-mcp-config"));
    await expect(cli({ program }).check?.({ model: "" })).rejects.toMatchObject({
      code: "provider-broken",
      message: expect.stringContaining("no longer has --strict-mcp-config"),
    });
  });

  it("says how to install a program that is not there", async () => {
    await expect(cli({ program: "/nowhere/claude" }).check?.({ model: "" })).rejects.toMatchObject({
      code: "program-missing",
      message: expect.stringContaining("npm install -g @anthropic-ai/claude-code"),
    });
  });
});

describe("an exit of Claude Code without a last line", () => {
  it("is provider-broken when it does not know our options", async () => {
    const program = await script(`cat >/dev/null; echo "error: unknown option '--strict-mcp-config'" >&2; exit 1`);
    const events = [];
    for await (const event of cli({ program }).turn({ ...request, cwd: tmpdir() })) events.push(event);
    const error = { code: "provider-broken", message: expect.stringContaining("--strict-mcp-config") };
    expect(events).toEqual([expect.objectContaining({ error: expect.objectContaining(error) })]);
  });
});
