import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resolveModel, resolveVerifier } from "../src/resolve.js";
import { scriptedProvider } from "../src/testing/scripted-provider.js";

let project: string;

const provider = (name: string): string =>
  `({ apiVersion: 1, name: ${JSON.stringify(name)}, kind: "model", turn() {} })`;

async function install(name: string, source: string): Promise<void> {
  const folder = join(project, "node_modules", name);
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, "package.json"),
    JSON.stringify({
      name,
      version: "1.0.0",
      type: "module",
      exports: { ".": { default: "./index.js" } },
    }),
  );
  await writeFile(join(folder, "index.js"), source);
}

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), "aifactory-project-"));
  for (const name of ["claude", "codex", "gemini"]) {
    await install(
      `@aifactory/provider-${name}`,
      `export default () => ${provider(name)}; export const cli = () => ${provider(`${name}-cli`)};`,
    );
  }
  for (const name of ["copilot", "ollama"])
    await install(`@aifactory/provider-${name}`, `export default () => ${provider(name)};`);
  await install("aifactory-provider-acme", `export default () => ${provider("acme")};`);
  await install("@acme/models", `export default () => ${provider("@acme/models")};`);
  await install("aifactory-provider-broken", "throw new Error('half installed');");
  await install("aifactory-provider-wrongly", 'export default () => ({ apiVersion: 1, name: "wrongly", turn() {} });');
  await install("aifactory-provider-throws", "export default () => { throw new Error('no home'); };");
  await install("aifactory-verifier-broken", "throw new Error('half installed');");
  await install("aifactory-verifier-new", `export default () => ({ apiVersion: 2, name: "new", verify() {} });`);
  await install("aifactory-provider-old", "export default () => ({ apiVersion: 0 });");
  await install("@aifactory/verifier-pytest", `export default () => ({ apiVersion: 1, name: "pytest", verify() {} });`);
});

afterAll(async () => rm(project, { recursive: true, force: true }));

const resolve = (asked: string, providers: Parameters<typeof resolveModel>[1]["providers"] = []) =>
  resolveModel(asked, { resolveFrom: project, providers });

describe("model strings", () => {
  const strings: readonly (readonly [asked: string, provider: string, model: string])[] = [
    ["claude:claude-sonnet-4-6", "claude", "claude-sonnet-4-6"],
    ["claude-sonnet-4-6", "claude", "claude-sonnet-4-6"],
    ["claude-cli:claude-sonnet-4-6", "claude-cli", "claude-sonnet-4-6"],
    ["claude-cli", "claude-cli", ""],
    ["codex:gpt-5.3-codex", "codex", "gpt-5.3-codex"],
    ["gpt-5.3-codex", "codex", "gpt-5.3-codex"],
    ["codex-mini-latest", "codex", "codex-mini-latest"],
    ["o3", "codex", "o3"],
    ["o4-mini", "codex", "o4-mini"],
    ["codex-cli:gpt-5.3-codex", "codex-cli", "gpt-5.3-codex"],
    ["gemini:gemini-3.1-pro-preview", "gemini", "gemini-3.1-pro-preview"],
    ["gemini-3.1-pro-preview", "gemini", "gemini-3.1-pro-preview"],
    ["gemini-cli:gemini-3.1-pro-preview", "gemini-cli", "gemini-3.1-pro-preview"],
    ["copilot:claude-sonnet-4.5", "copilot", "claude-sonnet-4.5"],
    ["copilot:gpt-5", "copilot", "gpt-5"],
    ["ollama:qwen2.5-coder:14b", "ollama", "qwen2.5-coder:14b"],
    ["ollama:hf.co/unsloth/Qwen3:Q4_K_M", "ollama", "hf.co/unsloth/Qwen3:Q4_K_M"],
    ["qwen2.5-coder:14b", "ollama", "qwen2.5-coder:14b"],
    ["qwen3-coder:30b-a3b-q4_K_M", "ollama", "qwen3-coder:30b-a3b-q4_K_M"],
    ["llama3.2:latest", "ollama", "llama3.2:latest"],
    ["gemma3n:e4b", "ollama", "gemma3n:e4b"],
    ["acme:anything:at:all", "acme", "anything:at:all"],
    ["@acme/models:large", "@acme/models", "large"],
    ["acp:some-agent --acp", "acp", "some-agent --acp"],
  ];
  for (const [asked, name, model] of strings) {
    it(`${asked} is ${model || "the default"} of ${name}`, async () => {
      const found = await resolve(asked);
      expect([found.provider.name, found.model, found.asked]).toEqual([name, model, asked]);
    });
  }

  it("take a provider that was passed in before any package", async () => {
    const mine = scriptedProvider({ name: "acme", turns: [] });
    expect((await resolve("acme:x", [mine])).provider).toBe(mine);
    expect((await resolve("mine:7b", [scriptedProvider({ name: "mine", turns: [] })])).provider.name).toBe("mine");
  });

  const wrong: readonly (readonly [asked: string, code: string, says: string])[] = [
    ["calude:claude-sonnet-4-6", "unknown-provider", "Did you mean claude:claude-sonnet-4-6?"],
    ["sonnet", "unknown-provider", "Write provider:model"],
    ["nowhere:model", "unknown-provider", "npm install @aifactory/provider-nowhere"],
    ["@nobody/here:x", "unknown-provider", "npm install @nobody/here"],
    ["broken:x", "unknown-provider", "half installed"],
    ["old:x", "unknown-provider", "apiVersion: must be 1, the version that this @aifactory/core speaks, not 0"],
    ["../evil:x", "unknown-provider", "can't be the name"],
    ["Claude:x", "unknown-provider", "'Claude' can't be the name of a provider. Did you mean claude:x? Providers"],
    ["nosuch:x", "unknown-provider", "Or pass it in, with the option providers."],
    ["wrongly:x", "unknown-provider", "kind: is missing; it must be one of model, agent"],
    ["throws:x", "unknown-provider", "no home"],
    ["copilot-cli:x", "unknown-provider", "there is no provider copilot-cli"],
  ];
  for (const [asked, code, says] of wrong) {
    it(`${asked} is refused with the next step, and nothing is guessed`, async () => {
      await expect(resolve(asked)).rejects.toMatchObject({
        code,
        message: expect.stringContaining(says),
      });
    });
  }

  it("that nothing has the name of are told what was passed in, and which of it is near", async () => {
    const mine = [scriptedProvider({ turns: [] })];
    for (const asked of ["SCRIPTED:m", "scriptd:m"]) {
      const message = expect.stringMatching(/Did you mean scripted:m\?.* Passed in: scripted\. Providers with/);
      await expect(resolve(asked, mine)).rejects.toMatchObject({ code: "unknown-provider", message });
    }
    const noHint = expect.not.stringContaining("npm install");
    await expect(resolve("SCRIPTED:m", mine)).rejects.toMatchObject({ message: noHint });
  });

  it("are ambiguous when two providers passed in have the name", async () => {
    const twin = () => scriptedProvider({ name: "twin", turns: [] });
    await expect(resolve("twin:x", [twin(), twin()])).rejects.toMatchObject({
      code: "ambiguous-provider",
    });
  });
});

describe("verifiers", () => {
  it("come from the caller's project, or must be installed", async () => {
    expect((await resolveVerifier("pytest", { resolveFrom: project })).name).toBe("pytest");
    await expect(resolveVerifier("jest", { resolveFrom: project })).rejects.toMatchObject({
      code: "unknown-verifier",
      message: expect.stringContaining("npm install @aifactory/verifier-jest"),
    });
  });

  it.each([
    ["../x", /'\.\.\/x' can't be the name of a verifier\.$/],
    ["PyTest", /'PyTest' can't be the name of a verifier\.$/],
    ["new", /apiVersion: must be 1, the version that this @aifactory\/core speaks, not 2/],
    ["broken", /half installed/],
    ["nosuch", /Install it with: npm install @aifactory\/verifier-nosuch\. Or pass it in, with the option verifiers\./],
  ])("%s is refused with the next step", async (name, says) => {
    await expect(resolveVerifier(name, { resolveFrom: project })).rejects.toMatchObject({
      code: "unknown-verifier",
      message: expect.stringMatching(says),
    });
  });
});
