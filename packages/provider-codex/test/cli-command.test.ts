import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { commandOf } from "../src/cli-command.js";
import { cli } from "../src/index.js";

const request = { cwd: '/it\'s "here"' };

afterEach(() => vi.unstubAllEnvs());

describe("the command of Codex", () => {
  it("gives no key to a subscription, whatever stands in the environment", () => {
    vi.stubEnv("OPENAI_API_KEY", "sk-secret");
    vi.stubEnv("CODEX_API_KEY", "sk-secret");
    vi.stubEnv("OPENAI_BASE_URL", "http://elsewhere");
    vi.stubEnv("RUST_LOG", "trace");
    vi.stubEnv("CODEX_HOME", "/home/somebody/codex");
    const command = commandOf({}, request, "/scratch");
    expect(JSON.stringify(command)).not.toMatch(/sk-secret|elsewhere|RUST_LOG/);
    expect(command.env).toMatchObject({ CODEX_HOME: "/home/somebody/codex", TMPDIR: "/scratch/tmp" });
    expect(command.args).toContain('model_provider="openai"');
  });

  it("gives a key to Codex and not to its commands, in no argument and in a home of its own", () => {
    vi.stubEnv("OPENAI_API_KEY", "sk-secret");
    vi.stubEnv("OPENAI_BASE_URL", "");
    vi.stubEnv("CODEX_HOME", "/home/somebody/codex");
    const { args = [], env = {} } = commandOf({ billing: "key" }, request, "/scratch");
    const [variable = "none"] = Object.keys(env).filter((name) => env[name] === "sk-secret");
    expect(args.join(" ")).not.toContain("sk-secret");
    expect(args).toContain(`shell_environment_policy={"inherit"="all","exclude"=["${variable}"],"include_only"=[]}`);
    const provider = args.find((word) => word.startsWith("model_providers.aifactory="));
    expect(provider).toContain(`"base_url"="https://api.openai.com/v1","env_key"="${variable}"`);
    // Codex can't run commands when its home lies in TMPDIR.
    expect(env).toMatchObject({ CODEX_HOME: "/scratch/codex", TMPDIR: "/scratch/tmp" });
  });

  it("says so when a key shall be billed and there is none", () => {
    vi.stubEnv("OPENAI_API_KEY", "");
    expect(() => commandOf({ billing: "key" }, request, "/scratch")).toThrow(expect.objectContaining({ code: "auth" }));
  });

  it("distrusts the folder, however it is called", () => {
    const { args } = commandOf({}, request, "/scratch");
    expect(args).toContain(String.raw`projects={"/it's \"here\""={"trust_level"="untrusted"}}`);
  });

  it("keeps its input open for the dialogue", () => {
    expect(commandOf({ program: "/bin/codex" }, request, "/scratch")).toMatchObject({
      command: "/bin/codex",
      dialogue: true,
      args: expect.arrayContaining(["app-server", "-c", "features.unbounded_connection_retries=false"]),
    });
  });
});

/** A program that is a shell script, of which `$1` is the question. */
async function script(answers: { readonly help?: string; readonly login?: string }): Promise<string> {
  const { help = "Commands:\n  app-server  [experimental] Run it", login = "Logged in using ChatGPT" } = answers;
  const folder = await mkdtemp(join(tmpdir(), "aifactory-codex-"));
  onTestFinished(async () => rm(folder, { recursive: true }));
  const path = join(folder, "codex");
  const cases = `--version) echo "codex-cli 0.169.0";; --help) echo "${help}";; login) echo "${login}" >&2;;`;
  await writeFile(path, `#!/bin/sh\ncase "$1" in ${cases} *) echo "error: no $1" >&2; exit 2;; esac\n`);
  await chmod(path, 0o755);
  return path;
}

describe("check of Codex", () => {
  it.each([
    ["Logged in using ChatGPT", "subscription"],
    ["API key configured - sk-secre***t", "key"],
  ])("reads the version and who pays: %s", async (login, billing) => {
    const status = await cli({ program: await script({ login }) }).check?.({ model: "" });
    expect(status).toMatchObject({ version: "0.169.0", billing });
    expect(JSON.stringify(status)).not.toContain("sk-secre");
  });

  it("fails loudly when app-server is gone", async () => {
    const program = await script({ help: "Commands:\n  exec  Run non-interactively (once app-server did)" });
    await expect(cli({ program }).check?.({ model: "" })).rejects.toMatchObject({
      code: "provider-broken",
      message: expect.stringContaining("0.169.0 no longer has app-server"),
    });
  });

  it("is auth when nobody is logged in, or when there is no key to bill", async () => {
    vi.stubEnv("OPENAI_API_KEY", "");
    const program = await script({ login: "Not logged in" });
    await expect(cli({ program }).check?.({ model: "" })).rejects.toMatchObject({ code: "auth" });
    await expect(cli({ program, billing: "key" }).check?.({ model: "" })).rejects.toMatchObject({ code: "auth" });
  });

  it("says how to install a program that is not there", async () => {
    await expect(cli({ program: "/nowhere/codex" }).check?.({ model: "" })).rejects.toMatchObject({
      code: "program-missing",
      message: expect.stringContaining("npm install -g @openai/codex"),
    });
  });

  it("knows models by name, and prices only where they hold", async () => {
    const priced = { price: expect.objectContaining({ input: 2 }) };
    await expect(cli().describe?.({ model: "gpt-6.2-sol" })).resolves.toMatchObject(priced);
    const elsewhere = cli({ billing: "key", baseURL: "http://127.0.0.1:1/v1" });
    await expect(elsewhere.describe?.({ model: "gpt-6.2-sol" })).resolves.toEqual({});
  });
});

describe("an exit of Codex in mid-turn", () => {
  it("is provider-broken when it does not start with our options", async () => {
    const turn = {
      model: "",
      system: "",
      messages: [],
      tools: [],
      cwd: tmpdir(),
      signal: new AbortController().signal,
    };
    const events = [];
    for await (const event of cli({ program: await script({}) }).turn(turn)) events.push(event);
    const error = { code: "provider-broken", message: expect.stringContaining("error: no app-server") };
    expect(events).toEqual([expect.objectContaining({ error: expect.objectContaining(error) })]);
  });
});
