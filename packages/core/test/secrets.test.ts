import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Provider, runTask, TaskEvents, toError, type Verifier } from "@aifactory/core";
import { probeSandbox } from "@aifactory/core/process";
import { scriptedProvider } from "@aifactory/core/testing";
import claude, { cli as claudeCli } from "../../provider-claude/src/index.js";
import codex, { cli as codexCli } from "../../provider-codex/src/index.js";
import copilot from "../../provider-copilot/src/index.js";
import gemini, { cli as geminiCli } from "../../provider-gemini/src/index.js";
import { ollama } from "../../provider-ollama/src/index.js";
import { command } from "./hostile-model.js";
import { shellVerifier } from "./shell-verifier.js";
import { done, workbench, write } from "./workbench.js";

// Out of scope: what a command does with what it may read. It may write the password that stands in the repository's own
// settings into a file; without a sandbox it reads the home and other processes.

const names = [
  "ANTHROPIC_API_KEY OPENAI_API_KEY GEMINI_API_KEY GOOGLE_API_KEY OLLAMA_API_KEY GH_TOKEN GITHUB_TOKEN",
  "AWS_SECRET_ACCESS_KEY SSH_AUTH_SOCK NPM_TOKEN UV_PUBLISH_TOKEN UV_INDEX_MINE_PASSWORD UV_INDEX_MINE_USERNAME",
  "ANTHROPIC_AUTH_TOKEN CLAUDE_CODE_OAUTH_TOKEN CODEX_API_KEY COPILOT_GITHUB_TOKEN GOOGLE_CLOUD_PROJECT_TOKEN",
].flatMap((line) => line.split(" "));
const canary = (place: string): string => `canary-${place.toLowerCase().replaceAll("_", "-")}-0123456789`;

/** As a checkout in CI keeps its token. */
const basic = Buffer.from(`x-access-token:${canary("header")}`).toString("base64");

/** Further places in an address where a secret can stand. */
const addresses = {
  PIP_EXTRA_INDEX_URL: `https://${canary("user")}@127.0.0.1/simple`,
  PIP_FIND_LINKS: `https://${canary("empty")}:@127.0.0.1/ https://127.0.0.1/ada`,
  UV_DEFAULT_INDEX: `mine=https://ada:canary/${canary("slash")}@127.0.0.1/`,
  UV_INDEX_URL: `https://127.0.0.1/simple?token=${canary("query")}`,
  UV_EXTRA_INDEX_URL: `https://127.0.0.1/simple?a=b&auth_token=${canary("second")}`,
  npm_config_registry: `https://${canary("npm")}@127.0.0.1/`,
};

const probe = await probeSandbox();
const bench = workbench();
let home: string;
let before: readonly string[];
let printed: string;

beforeEach(async () => {
  // Not in /tmp, which a sandbox replaces by one of its own.
  home = await mkdtemp("/var/tmp/aifactory-home-");
  await mkdir(join(home, ".ssh"));
  await writeFile(join(home, ".ssh/id_ed25519"), canary("ssh"));
  await writeFile(join(home, ".netrc"), `machine example.invalid password ${canary("netrc")}`);
  await bench.repository.git("remote", "add", "origin", `https://ada:${canary("remote")}@example.invalid/r.git`);
  await bench.repository.git("config", "http.https://example.invalid/.extraheader", `AUTHORIZATION: basic ${basic}`);
  vi.stubEnv("HOME", home);
  for (const name of names) vi.stubEnv(name, canary(name));
  for (const name of ["HTTPS_PROXY", "PIP_INDEX_URL"]) vi.stubEnv(name, `http://ada:${canary(name)}@127.0.0.1:1`);
  for (const [name, address] of Object.entries(addresses)) vi.stubEnv(name, address);
  for (const name of ["ANTHROPIC_BASE_URL", "OPENAI_BASE_URL", "GOOGLE_GEMINI_BASE_URL"]) vi.stubEnv(name, "");
  before = await readdir(tmpdir());
  printed = "";
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, "write").mockImplementation((chunk) => ((printed += String(chunk)), true));
  }
});
afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await rm(home, { recursive: true, force: true });
});

/** The text of every file below a folder. */
async function textsIn(folder: string): Promise<string[]> {
  const paths = await readdir(folder, { recursive: true }).catch(() => []);
  const files = paths.map((path) => join(folder, path));
  return Promise.all(
    files.map(async (file) => ((await stat(file)).isFile() ? `${file}\n${await readFile(file, "latin1")}` : file)),
  );
}

/** Everything that a run leaves behind. */
async function remains(): Promise<string> {
  const { repository, worktreeRoot } = bench;
  const fresh = (await readdir(tmpdir())).filter((name) => name.startsWith("aifactory-") && !before.includes(name));
  const own = fresh.filter((name) => name.includes(`-${process.pid}-`)).map((name) => join(tmpdir(), name));
  const folders = [join(repository.path, ".git/aifactory"), join(repository.path, ".git/logs"), worktreeRoot, ...own];
  const commits = await repository.git("log", "--all", "--patch", "--format=fuller");
  return [...(await Promise.all(folders.map(textsIn))).flat(), commits, printed].join("\n");
}

/** Runs a task and gives all that was told of it, and all that it leaves. */
async function tracesOf(
  provider: Provider | undefined,
  model: string,
  verifiers: readonly Verifier[] = [],
  sandbox?: "none",
) {
  const events = new TaskEvents();
  const told: unknown[] = [];
  events.on("event", (event) => void told.push(event));
  const spec = {
    repo: bench.repository.path,
    prompt: "Do it",
    model,
    ...(verifiers.length > 0 && { verify: "shell" }),
  };
  const outcome = await runTask(
    { ...spec, ...(sandbox && { sandbox }) },
    {
      providers: provider ? [provider] : [],
      verifiers,
      worktreeRoot: bench.worktreeRoot,
      events,
      retry: { attempts: 1 },
    },
  );
  return { outcome, traces: [JSON.stringify(outcome), JSON.stringify(told), await remains()].join("\n") };
}

describe("a whole run: a command that shows everything, a nudge, a verdict that is red, a fix", () => {
  it.each(["auto", "none"] as const)("leaves no key anywhere (sandbox: %s)", async (sandbox) => {
    const others = sandbox === "auto" && probe.kind !== "none" ? "/proc/[0-9]*/environ /proc/[0-9]*/cmdline" : "";
    const logins = sandbox === "auto" && probe.kind !== "none" ? "cat ~/.netrc ~/.ssh/id_ed25519" : "true";
    const turns = [
      done,
      command(
        `env; git remote -v; git config --list; (env; cat /proc/self/environ /proc/self/cmdline ${others}; ${logins}) > seen.txt 2>&1; cat seen.txt`,
      ),
      write("check.sh", "echo not ok one\n"),
      done,
      write("check.sh", "env; echo ok one\n"),
      done,
    ];
    vi.stubEnv("PIP_CONSTRAINT", "https://example.invalid/simple?page=2");
    const provider = scriptedProvider({ turns });
    const { outcome, traces } = await tracesOf(
      provider,
      "scripted:m",
      [shellVerifier()],
      sandbox === "none" ? "none" : undefined,
    );
    expect(outcome).toMatchObject({ status: "ready", verdict: { status: "passed" }, nudges: [{}] });
    // It has been looked at in the right places.
    for (const seen of ["journal.jsonl", "seen.txt", "PATH=", "PIP_CONSTRAINT=https:", "not ok one"])
      expect(traces).toContain(seen);
    expect(traces.match(/.{60}canary-.{20}/s)?.[0]).toBeUndefined();
    expect(traces).toContain("AUTHORIZATION: basic [key]");
    expect(traces).not.toContain(basic);
  });
});

describe("a server that refuses and repeats whatever it was sent", () => {
  const keys = [...names.slice(0, 5), "option"].map(canary);
  const providers: readonly [string, (url: string, key?: { apiKey: string }) => Provider][] = [
    ["claude", (baseURL, key) => claude({ baseURL, ...key })],
    ["codex", (baseURL, key) => codex({ baseURL, ...key })],
    ["gemini", (baseUrl, key) => gemini({ baseUrl, ...key })],
    ["ollama", (host, key) => ollama({ host, ...(key && { key: key.apiKey }) })],
  ];
  it.each(
    providers.flatMap(([name, open]) => [
      [name, "the environment", open, false] as const,
      [name, "an option", open, true] as const,
    ]),
  )("%s, with its key from %s", async (name, _from, open, hasOption) => {
    const mine = { claude: keys[0], codex: keys[1], gemini: keys[2], ollama: keys[4] }[name] ?? "";
    const key = hasOption ? canary("option") : mine;
    let answers = 0;
    const server = createServer((request, response) => {
      const words = `No such key: ${key}; you sent ${request.url} ${JSON.stringify(request.headers)}`;
      const bodies = [{ error: { type: "authentication_error", message: words } }, { error: words }, words];
      const body = bodies[(answers++ + Number(name === "ollama")) % bodies.length];
      response.writeHead(401, { "content-type": "application/json" });
      response.end(typeof body === "string" ? body : JSON.stringify(body));
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as { port: number };
    try {
      const provider = open(`http://127.0.0.1:${port}`, hasOption ? { apiKey: key } : undefined);
      for (let shape = 0; shape < 3; shape++) {
        const { outcome, traces } = await tracesOf(provider, `${name}:m`);
        expect(outcome).toMatchObject({
          status: "failed",
          error: { code: expect.stringMatching(/auth|server-error/) },
        });
        expect(traces.match(/.{60}canary-.{20}/s)?.[0]).toBeUndefined();
      }
      const thrown = await provider.check?.({ model: "m" }).catch((error: unknown) => toError(error).toJSON());
      expect(thrown).toMatchObject({ code: expect.any(String) });
      expect(JSON.stringify(thrown)).not.toContain("canary");
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});

describe("an agent program that shows what it was started with, in its answer, its errors and the tree, and fails", () => {
  const key = canary("option");
  const baseURL = "http://127.0.0.1:1/v1";
  const billed = { billing: "key", apiKey: key, baseURL } as const;
  const endpoint = { baseUrl: baseURL, apiKey: key };
  /** Of each: how its own login is used, and how it is given a key; and the variables in which it gets what is its own. */
  const agents: readonly [string, string, Provider | undefined, string][] = [
    ["claude-cli, with a login", "claude-cli:m", claudeCli(), ""],
    ["claude-cli, with a key", "claude-cli:m", claudeCli(billed), ""],
    ["codex-cli, with a login", "codex-cli:m", codexCli(), ""],
    ["codex-cli, with a key", "codex-cli:m", codexCli(billed), "AIFACTORY_CODEX_KEY"],
    ["gemini-cli, with a login", "gemini-cli:m", geminiCli(), ""],
    ["gemini-cli, with a key", "gemini-cli:m", geminiCli(billed), ""],
    ["copilot, with a login", "copilot:m", copilot(), "COPILOT_GITHUB_TOKEN"],
    ["copilot, with a key", "copilot:m", copilot({ endpoint }), "COPILOT_PROVIDER_API_KEY"],
    ["an agent of the protocol", "acp:agent --acp", undefined, ""],
  ];

  /** Puts it on PATH under every name; gives the folder, where it notes how it was asked what it is. */
  async function install(own: string): Promise<string> {
    const bin = join(home, "bin");
    await mkdir(bin);
    const flags = "--output-format --verbose --setting-sources --settings --strict-mcp-config --no-session-persistence";
    const more = "--permission-mode --allowedTools --model --effort --acp --approval-mode --allow-all --no-ask-user";
    const script = `#!/bin/bash
dump() { tr '\\0' '\\n' < /proc/$$/environ | grep -av '^${own || "-"}='; tr '\\0' ' ' < /proc/$$/cmdline; echo; }
case "$*" in
--version) dump >> ${bin}/asked; echo 9.9.9; exit;;
--help) dump >> ${bin}/asked; printf '%s\\n' ${flags} ${more} --no-color --disable-builtin-mcps --reasoning-effort '  app-server x'; exit;;
login*) dump >> ${bin}/asked; echo Logged in; exit;;
esac
dump > seen.txt
read -r -t 2 first
dump; dump >&2
[[ $first == *'"id"'* ]] && sed -E 's/.*"id":([^,}]*).*/{"jsonrpc":"2.0","id":\\1,"result":{"protocolVersion":1}}/' <<< "$first"
read -r -t 2 second
printf '%s\\n' "$second" "\${${own || "none"}}" "$(cat "$TMPDIR/key" 2>&1)" >&2
exit 3
`;
    for (const name of ["claude", "codex", "gemini", "copilot", "agent"]) {
      await writeFile(join(bin, name), script);
      await chmod(join(bin, name), 0o755);
    }
    vi.stubEnv("PATH", `${bin}:${process.env["PATH"]}`);
    return bin;
  }

  it.each(agents)("%s", async (_what, model, provider, own) => {
    const bin = await install(own);
    const { outcome, traces } = await tracesOf(provider, model, [], "none");
    expect(outcome).toMatchObject({ status: "failed", error: { code: expect.stringMatching(/agent-exited|auth/) } });
    const asked = await readFile(join(bin, "asked"), "utf8").catch(() => "");
    // Whatever speaks the protocol is not asked what it is.
    expect(asked.includes("--version")).toBe(provider !== undefined);
    for (const seen of ["journal.jsonl", "seen.txt", "+PATH=", "TMPDIR="]) expect(traces).toContain(seen);
    expect((traces + asked).match(/.{60}canary-.{20}/s)?.[0]).toBeUndefined();
  });
});
