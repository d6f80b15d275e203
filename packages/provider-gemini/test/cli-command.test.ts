import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TurnRequest } from "@aifactory/core";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { commandOf, neededFlags } from "../src/cli-command.js";
import { cli } from "../src/index.js";

const request: TurnRequest = {
  model: "gemini-3.8-flash",
  system: "You are careful.",
  messages: [{ role: "user", text: "Go." }],
  tools: [],
  cwd: "/repo",
  signal: new AbortController().signal,
};

afterEach(() => vi.unstubAllEnvs());

describe("the command of Gemini CLI", () => {
  it("gives no key to a subscription, and lets none in", () => {
    vi.stubEnv("GEMINI_API_KEY", "sk-secret");
    vi.stubEnv("GOOGLE_API_KEY", "sk-secret");
    vi.stubEnv("GOOGLE_CLOUD_PROJECT", "my-project");
    vi.stubEnv("GEMINI_CLI_HOME", "/home/somebody");
    const command = commandOf({}, request, "/scratch");
    expect(JSON.stringify(command)).not.toContain("sk-secret");
    expect(command.env).toMatchObject({
      GEMINI_API_KEY: "",
      GOOGLE_API_KEY: "",
      GOOGLE_GEMINI_BASE_URL: "",
      GOOGLE_CLOUD_PROJECT: "my-project",
      GEMINI_CLI_HOME: "/home/somebody",
    });
    expect(command.files).toBeUndefined();
    expect(command.state).toEqual(["/home/somebody/.gemini"]);
  });

  it("keeps a key out of arguments, environment and files", () => {
    vi.stubEnv("GEMINI_API_KEY", "sk-secret");
    const command = commandOf({ billing: "key" }, request, "/scratch");
    expect(JSON.stringify(command)).not.toContain("sk-secret");
    expect(command.env).toMatchObject({ GEMINI_CLI_HOME: "/scratch", TMPDIR: "/scratch" });
    expect(JSON.parse(command.files?.[".gemini/settings.json"] ?? "")).toMatchObject({
      security: { auth: { selectedType: "gemini-api-key" }, folderTrust: { enabled: false } },
      general: { maxAttempts: 2 },
      advanced: { ignoreLocalEnv: true },
    });
  });

  it("says where the API is, so that no file of the worktree can", () => {
    vi.stubEnv("GOOGLE_GEMINI_BASE_URL", "");
    const placeOf = (options: object): unknown =>
      commandOf({ billing: "key", apiKey: "sk-x", ...options }, request, "/scratch").env?.["GOOGLE_GEMINI_BASE_URL"];
    expect(placeOf({})).toBe("https://generativelanguage.googleapis.com");
    expect(placeOf({ baseURL: "http://127.0.0.1:8080" })).toBe("http://127.0.0.1:8080");
  });

  it("says so when a key shall be billed and there is none", () => {
    vi.stubEnv("GEMINI_API_KEY", "");
    vi.stubEnv("GOOGLE_API_KEY", "");
    expect(() => commandOf({ billing: "key" }, request, "/scratch")).toThrow(expect.objectContaining({ code: "auth" }));
  });

  it("names the model, unless it is its own default", () => {
    const start = ["--acp", "--approval-mode", "yolo"];
    expect(commandOf({}, request, "/scratch").args).toEqual([...start, "--model", "gemini-3.8-flash"]);
    expect(commandOf({}, { ...request, model: "" }, "/scratch").args).toEqual(start);
  });
});

/** A program that is a shell script. */
async function script(body: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "aifactory-gemini-"));
  onTestFinished(async () => rm(folder, { recursive: true }));
  const path = join(folder, "gemini");
  await writeFile(path, `#!/bin/sh\n${body}\n`);
  await chmod(path, 0o755);
  return path;
}

async function programSaying(flags: readonly string[]): Promise<string> {
  return script(`[ "$1" = --version ] && echo 0.61.0 || echo "      --experimental-acp  Old\n${flags.join("\n")}"`);
}

describe("check of Gemini CLI", () => {
  it("reads the version and says who pays", async () => {
    const program = await programSaying(neededFlags);
    await expect(cli({ program }).check?.({ model: "" })).resolves.toMatchObject({
      version: "0.61.0",
      billing: "subscription",
    });
  });

  it("fails loudly when a flag is gone, also when another one ends like it", async () => {
    const program = await programSaying(neededFlags.filter((flag) => flag !== "--acp"));
    await expect(cli({ program }).check?.({ model: "" })).rejects.toMatchObject({
      code: "provider-broken",
      message: expect.stringContaining("no longer has --acp"),
    });
  });

  it("says how to install a program that is not there", async () => {
    await expect(cli({ program: "/nowhere/gemini" }).check?.({ model: "" })).rejects.toMatchObject({
      code: "program-missing",
      message: expect.stringContaining("npm install -g @google/gemini-cli"),
    });
  });
});

describe("an exit of Gemini CLI without an answer", () => {
  it.each([
    ["provider-broken", 'echo "Unknown argument: acp" >&2; exit 1', "Unknown argument: acp"],
    ["auth", 'echo "Please set an Auth method" >&2; exit 41', "/auth"],
    ["agent-exited", 'echo "Ouch" >&2; exit 1', "Ouch"],
  ])("is %s", async (code, body, words) => {
    const events = [];
    const program = await script(body);
    for await (const event of cli({ program }).turn({ ...request, cwd: tmpdir() })) events.push(event);
    const error = { code, message: expect.stringContaining(words) };
    expect(events).toEqual([expect.objectContaining({ error: expect.objectContaining(error) })]);
  });
});
