import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { canaryKey, type ScenePart, says } from "@aifactory/core/testing";
import { afterEach, describe, expect, it, vi } from "vitest";
import { expectNothingLeft, heartbeats, workingFolder } from "../../../../test/real-turn.js";
import { cli } from "../../src/index.js";
import { models } from "./codex-cli-protocol.js";
import { answer, begin, isThere, patch, program, runs, scene, serve, why, write } from "./stage.js";

afterEach(() => vi.unstubAllEnvs());

describe.skipIf(!isThere)(`codex-cli with the real program${why}`, () => {
  it("writes the file and nothing else, and shows the key to no command", async () => {
    const cwd = await workingFolder();
    const server = await serve([scene(says("I write."), write, runs("env > seen.txt")), answer]);
    const turn = begin(cwd, server.url);
    expect(await turn.finished).toMatchObject({
      reason: { unified: "stop", raw: "completed" },
      servedModel: models.plain,
      message: { text: "I write.\n\nDone." },
    });
    expect(await readFile(join(cwd, "made.txt"), "utf8")).toBe("made\n");
    const seen = await readFile(join(cwd, "seen.txt"), "utf8");
    expect(seen).not.toContain(canaryKey);
    expect(seen).toContain("AIFACTORY_PROCESS=");
    expect((await readdir(cwd)).toSorted()).toEqual([".git", "made.txt", "seen.txt"]);
    expect(turn.events).toContainEqual({ type: "file-change", path: "made.txt", change: "add" });
    expect(turn.events.findLast(({ type }) => type === "usage")).toMatchObject({
      counts: "turn",
      usage: { inputTokens: 2_200, cacheReadTokens: 1_800, outputTokens: 140, reasoningTokens: 60 },
    });
    expect(JSON.stringify(turn.events)).not.toContain(canaryKey);
    expect(turn.events.filter(({ type }) => type === "raw" || type === "notice")).toEqual([]);
  });

  it("works with a model whose one tool runs JavaScript", async () => {
    const cwd = await workingFolder();
    const script = `await tools.exec_command({ cmd: "exit 3" }); await tools.apply_patch(${JSON.stringify(patch)});`;
    const exec: ScenePart = { type: "call", id: "call_1", name: "exec", argumentChunks: [script] };
    const server = await serve([scene(exec), answer]);
    const turn = begin(cwd, server.url, { model: models.codeMode });
    expect((await turn.finished).message.text).toBe("Done.");
    expect(await readFile(join(cwd, "made.txt"), "utf8")).toBe("made\n");
    const results = turn.events.filter((event) => event.type === "tool-result");
    expect(results.map(({ isError }) => isError)).toEqual([true, false]);
  });

  it("writes in its folder and its own TMPDIR only, unless a sandbox is around it", async () => {
    const cwd = await workingFolder();
    const other = await workingFolder();
    const escape = runs(`mktemp > made.txt; echo x > ${other}/escaped.txt`);
    await begin(cwd, (await serve([scene(escape), answer])).url).finished;
    expect(await readFile(join(cwd, "made.txt"), "utf8")).toMatch(/tmp\.\w+\n/);
    expect(await readdir(other)).toEqual([".git"]);
    const sandbox = "danger-full-access";
    await begin(cwd, (await serve([scene(escape), answer])).url, { sandbox }).finished;
    expect(await readdir(other)).toEqual([".git", "escaped.txt"]);
  });

  it("does not obey settings that stand in the folder", async () => {
    const cwd = await workingFolder();
    const server = await serve([answer]);
    await mkdir(join(cwd, ".codex"));
    await writeFile(join(cwd, ".codex", "config.toml"), 'model = "evil-1"\nmodel_provider = "evil"\n');
    const turn = begin(cwd, server.url, { model: "" });
    expect(await turn.finished).toMatchObject({ message: { text: "Done." }, servedModel: models.codeMode });
    expect(turn.events).toContainEqual(
      expect.objectContaining({ type: "notice", code: "warning", message: expect.stringContaining("untrusted") }),
    );
  });

  it("takes a prompt that is longer than an argument may be", async () => {
    const server = await serve([answer]);
    const prompt = `${"x".repeat(300_000)} the end`;
    expect((await begin(await workingFolder(), server.url, { prompt }).finished).message.text).toBe("Done.");
    expect(JSON.stringify(server.requests()[0]?.messages)).toMatch(/You are careful\..*x the end/s);
  });

  it("finishes, and writes the file, however much it logs", async () => {
    vi.stubEnv("RUST_LOG", "trace");
    const cwd = await workingFolder();
    const wrapper = join(cwd, ".git", "codex");
    await writeFile(
      wrapper,
      `#!/bin/sh\necho "RUST_LOG=$RUST_LOG" > ${cwd}/log.txt\nRUST_LOG=trace exec ${program} "$@"\n`,
    );
    await chmod(wrapper, 0o755);
    const server = await serve([scene(write), answer]);
    expect((await begin(cwd, server.url, { program: wrapper }).finished).message.text).toBe("Done.");
    expect(await readFile(join(cwd, "made.txt"), "utf8")).toBe("made\n");
    expect(await readFile(join(cwd, "log.txt"), "utf8")).toBe("RUST_LOG=\n");
  });

  it.each(["workspace-write", "danger-full-access"] as const)(
    "leaves nothing running after an abort: %s",
    async (sandbox) => {
      const cwd = await workingFolder();
      const server = await serve([scene(runs(heartbeats)), answer]);
      await expectNothingLeft(begin(cwd, server.url, { sandbox }), cwd);
    },
  );

  it("uses the user's own login, and leaves their home as it was", async () => {
    const home = await workingFolder();
    const server = await serve([scene(write), answer]);
    const settings = `openai_base_url = "${server.url}/v1"\n`;
    await writeFile(join(home, "config.toml"), settings);
    await writeFile(join(home, "auth.json"), JSON.stringify({ OPENAI_API_KEY: canaryKey }));
    vi.stubEnv("CODEX_HOME", home);
    const cwd = await workingFolder();
    const turn = begin(cwd, "", { billing: "subscription" });
    expect((await turn.finished).message.text).toBe("Done.");
    expect(await readFile(join(cwd, "made.txt"), "utf8")).toBe("made\n");
    expect(await readFile(join(home, "config.toml"), "utf8")).toBe(settings);
    expect(JSON.stringify(turn.events)).not.toContain(canaryKey);
    const status = await cli({ program }).check?.({ model: "" });
    expect(status).toMatchObject({ billing: "key", notes: ["Codex is logged in with an API key."] });
  });

  it("passes its own check", async () => {
    const status = await cli({ program, billing: "key", apiKey: "sk-any" }).check?.({ model: "" });
    expect(status).toEqual({ version: expect.stringMatching(/^\d+\.\d+\.\d+$/), billing: "key" });
  });
});
