import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { cliAgent, type Message, runTask, type TaskSpec } from "@aifactory/core";
import { probeSandbox } from "@aifactory/core/process";
import { scriptedProvider } from "@aifactory/core/testing";
import { privatePlaces, programPlaces } from "../src/private-places.js";
import { command } from "./hostile-model.js";
import { done, workbench, write } from "./workbench.js";

const probe = await probeSandbox();
const bench = workbench();
let home: string;

beforeEach(async () => {
  // Not in /tmp, which a sandbox replaces by one of its own.
  home = await mkdtemp("/var/tmp/aifactory-home-");
  vi.stubEnv("HOME", home);
  await mkdir(join(home, ".ssh"));
  await writeFile(join(home, ".ssh/id_ed25519"), "canary-ssh");
  await writeFile(join(home, ".netrc"), "canary-netrc");
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(home, { recursive: true, force: true });
});

/** Runs commands one after another in a run, and gives what the model was told of each. */
async function commands(lines: readonly string[], spec: Partial<TaskSpec> = {}) {
  const turns = [...lines.map((line) => command(line)), write("a.py"), done];
  const provider = scriptedProvider({ turns });
  const task = { repo: bench.repository.path, prompt: "Do it", model: "scripted:m", ...spec };
  const outcome = await runTask(task, { providers: [provider], worktreeRoot: bench.worktreeRoot });
  const told = (provider.requests.at(-1)?.messages ?? []).filter((message: Message) => message.role === "tool");
  return { outcome, told: told.map(({ text }) => text) };
}

describe.skipIf(probe.kind === "none")("commands of a model, in the sandbox", () => {
  it("write in the worktree and in a /tmp of their own, which lasts as long as the run", async () => {
    const mark = `aifactory-mark-${process.pid}`;
    const { outcome, told } = await commands([
      "echo in > in.txt; cat in.txt",
      `echo kept > /tmp/${mark}; echo kept > "$TMPDIR/${mark}-2"`,
      `cat /tmp/${mark} /tmp/${mark}-2`,
      `echo out > ${bench.repository.path}/out.txt`,
      `echo out > ${homedir()}/out.txt; echo out > /var/tmp/out-${process.pid}`,
    ]);
    expect(outcome).toMatchObject({ status: "ready", stat: { files: 2 }, models: [{ isolation: "bubblewrap" }] });
    expect(told[2]).toContain("kept\nkept");
    expect(existsSync(join(tmpdir(), mark))).toBe(false);
    expect(existsSync(join(bench.repository.path, "out.txt"))).toBe(false);
    expect(told[4]).toContain("Read-only");
    expect(existsSync(join(home, "out.txt"))).toBe(false);
  });

  it("see no key, no login and no other process", async () => {
    vi.stubEnv("AIFACTORY_CANARY_KEY", "canary-environment");
    const { told } = await commands([
      "cat ~/.ssh/id_ed25519 ~/.netrc; ls -A ~/.ssh; env",
      "cat /proc/[0-9]*/environ | tr '\\0' '\\n'; ps -e 2>/dev/null | wc -l; ls -d /proc/[0-9]* | wc -l",
    ]);
    expect(told.join("\n")).not.toContain("canary");
  });

  it("see no key in settings of the home, and what they need of them", async () => {
    const files = {
      ".bashrc": "export OPENAI_API_KEY=canary-bashrc",
      ".zshrc": "canary-zshrc",
      ".profile": "canary-profile",
      ".gitconfig": '[url "https://ada:canary-gitconfig@example.invalid"]',
      ".config/git/config": "[http]\n\textraheader = AUTHORIZATION: bearer canary-git",
      ".config/git/work": "[user]\n\tname = seen-name\n\tsigningkey = ABCD1234",
      ".config/pip/pip.conf": "[global]\nindex-url = https://ada:canary-pip@example.invalid/",
      ".config/uv/uv.toml": "index-url = 'https://example.invalid/seen-index'",
      ".config/pnpm/rc": "//example.invalid/:_authToken=canary-pnpm",
      ".cargo/config.toml": "[registries.mine]\ntoken = 'canary-cargo'",
      ".cache/huggingface/token": "canary-huggingface",
      ".cache/huggingface/hub/model": "seen-model",
      ".cache/pip/tokenizers": "seen-cache",
      ".local/share/opencode/auth.json": "canary-opencode",
      ".local/share/uv/credentials/credentials.toml": "canary-uv",
      ".local/share/uv/tools/ruff": "seen-tool",
      ".local/share/acme/versions/1": "seen-acme",
      ".local/state/bash/history": "canary-history",
    };
    for (const [path, text] of Object.entries(files)) {
      await mkdir(join(home, path, ".."), { recursive: true });
      await writeFile(join(home, path), `${text}\n`);
    }
    await mkdir(join(home, ".local/bin"));
    await symlink("../share/acme/versions/1", join(home, ".local/bin/acme"));
    const { told } = await commands([
      "grep -rhoaE '(canary|seen)-[a-z0-9]*' ~ 2>/dev/null | sort; cat ~/.local/bin/acme",
      "git log --format=%s; cat ~/.gitconfig; bash -lc true",
    ]);
    const seen = "acme cache index model name tool acme".split(" ").map((name) => `seen-${name}`);
    expect(told[0]).toBe(`[exit code 0]\n${seen.join("\n")}`);
    // Settings that can't be opened would be the end of git.
    expect(told[1]).toBe("[exit code 0]\nBegin");
  });

  it.each([true, false])(
    "reach no socket of the machine (network: %s), and know where names are looked up",
    async (network) => {
      // Elsewhere than services have them, and found all the same.
      const path = join(home, "service.sock");
      const heard: string[] = [];
      const service = createServer((socket) => void socket.on("data", (data) => heard.push(String(data))));
      await once(service.listen(path), "listening");
      const speak = `import socket; s = socket.socket(socket.AF_UNIX); s.connect("${path}"); s.send(b"do it"); print("sent")`;
      const { told } = await commands(
        [`python3 -c '${speak}'; ls -A /run /var/run/; cat /etc/resolv.conf >/dev/null && echo said`],
        {
          network,
        },
      );
      service.close();
      expect(heard).toEqual([]);
      expect(told[0]).not.toContain("sent");
      expect(told[0]).toContain("said");
      const [run = ""] = /^\/run:\n([\s\S]*?)\n\n/m.exec(told[0] ?? "") ?? [];
      expect(run.split("\n").filter((name) => /sock|user|docker|dbus|lock/.test(name))).toEqual([]);
    },
  );

  it("go on when a socket that was there is gone", async () => {
    const service = createServer();
    const path = join(home, "service.sock");
    await once(service.listen(path), "listening");
    const provider = scriptedProvider({
      turns: [
        command("true"),
        () => {
          service.close();
          return command("echo still here");
        },
        write("a.py"),
        done,
      ],
    });
    const task = { repo: bench.repository.path, prompt: "Do it", model: "scripted:m" };
    await runTask(task, { providers: [provider], worktreeRoot: bench.worktreeRoot });
    const told = (provider.requests.at(-1)?.messages ?? []).filter(({ role }) => role === "tool");
    expect(told[1]?.text).toContain("still here");
  });

  it("can use git as a developer does, but for commits, which are made for them", async () => {
    const { told } = await commands([
      "git status --short; git log --oneline | head -1; echo x > app.py; git checkout -- app.py; cat app.py",
    ]);
    expect(told[0]).toMatch(/Begin\nx = 1/);
    expect(told[0]).not.toContain("stderr");
  });

  it("reach the network only where the task lets them", async () => {
    const links = "cat /proc/net/dev | tail -n +3 | wc -l";
    const { told: open } = await commands([links]);
    const { told: shut } = await commands([links], { network: false });
    expect(shut[0]).toMatch(/\n1$/);
    expect(Number(open[0]?.split("\n").at(-1))).toBeGreaterThanOrEqual(1);
  });

  it("leave nothing running, also what has left their session", async () => {
    const beat = join(bench.worktreeRoot, "..", `beat-${process.pid}`);
    const { told } = await commands([
      "(setsid sh -c 'for i in $(seq 100); do date +%N > next; mv next beat; sleep 0.05; done' &) ; sleep 0.2; cat beat",
      "cat beat; sleep 0.3; cat beat",
    ]);
    const [one, other] = (told[1] ?? "").split("\n").slice(1);
    expect(one).toMatch(/^\d+$/);
    expect(other).toBe(one);
    expect(existsSync(beat)).toBe(false);
  });
});

describe.skipIf(probe.kind === "none")("an agent's program, in the sandbox", () => {
  it("writes in the worktree, its scratch folder and its own state, and nowhere else", async () => {
    const state = join(home, ".agent");
    await mkdir(state);
    await writeFile(join(state, "login"), "its own");
    const script = [
      "cat ~/.agent/login > copied.txt",
      "echo new > ~/.agent/session",
      'echo s > "$SCRATCH/s"',
      `echo out > ${bench.repository.path}/out.txt`,
      "cat ~/.ssh/id_ed25519 > key.txt",
      "echo answer",
    ].join("; ");
    const agent = cliAgent({
      name: "acme",
      command: (_request, scratch) => ({
        command: "/bin/sh",
        args: ["-c", script],
        env: { PATH: process.env["PATH"] ?? "", HOME: home, SCRATCH: scratch },
        state: [state],
      }),
      read: () => (line) =>
        line === "answer"
          ? [{ type: "finish", reason: { unified: "stop" }, message: { role: "assistant", text: line, calls: [] } }]
          : [],
    });
    const outcome = await runTask(
      { repo: bench.repository.path, prompt: "Do it", model: "acme:m" },
      { providers: [agent], worktreeRoot: bench.worktreeRoot },
    );
    expect(outcome).toMatchObject({ status: "ready", models: [{ isolation: "bubblewrap" }] });
    expect(await bench.repository.read("copied.txt", outcome.branch)).toBe("its own");
    expect(await bench.repository.read("key.txt", outcome.branch)).toBe("");
    expect(await readFile(join(state, "session"), "utf8")).toBe("new\n");
    expect(existsSync(join(bench.repository.path, "out.txt"))).toBe(false);
  });

  it("is not said to be shut in when its provider does not do that", async () => {
    const agent = scriptedProvider({ kind: "agent", turns: [{ text: "Done.", files: { "a.py": "1\n" } }] });
    const outcome = await runTask(
      { repo: bench.repository.path, prompt: "Do it", model: "scripted:m" },
      { providers: [agent], worktreeRoot: bench.worktreeRoot },
    );
    expect(outcome).toMatchObject({ status: "ready", models: [{ isolation: "none" }] });
  });
});

describe("without a sandbox", () => {
  it("a run says so when it was not asked for", async () => {
    const { outcome, told } = await commands(["echo fine"], { sandbox: "none" });
    expect(outcome).toMatchObject({ status: "ready", notices: [], models: [{ isolation: "none" }] });
    expect(told[0]).toContain("fine");
  });

  it("what needs one does not start", async () => {
    const task = {
      repo: bench.repository.path,
      prompt: "Do it",
      model: "scripted:m",
      sandbox: "none",
      network: false,
    } as const;
    await expect(runTask(task, { providers: [scriptedProvider({ turns: [] })] })).rejects.toMatchObject({
      code: "no-sandbox",
      message: expect.stringContaining("network: false"),
    });
  });
});

it("what is private in a home is known by construction: every dot file but toolchains and their caches", async () => {
  await mkdir(join(home, ".nvm"));
  await mkdir(join(home, ".config/some-cloud"), { recursive: true });
  await mkdir(join(home, ".config/pip"));
  await mkdir(join(home, ".cargo"));
  await writeFile(join(home, ".cargo/credentials.toml"), "canary");
  await writeFile(join(home, "notes.txt"), "");
  const paths = (await privatePlaces(home)).map(({ path }) => path.slice(home.length + 1));
  expect(paths.toSorted()).toEqual([".cargo/credentials.toml", ".config/some-cloud", ".netrc", ".ssh"]);
  expect(await privatePlaces(join(home, "nowhere"))).toEqual([]);
  const path = ["/usr/bin", `${home}/.npm-global/bin`, `${home}/.nvm/bin`, `${home}/bin`].join(":");
  expect(programPlaces(home, path)).toEqual([`${home}/.npm-global/bin`, `${home}/.npm-global/lib`]);
  const own = [".acme", ".local/share/acme"].map((name) => `${home}/${name}`);
  const more = [`${own[0]}/bin`, `${own[1]}/bin`, `${home}/.local/share/mise/shims`, `${home}/.local/bin`].join(":");
  expect(programPlaces(home, more)).toEqual(own.flatMap((place) => [`${place}/bin`, `${place}/lib`]));
});
