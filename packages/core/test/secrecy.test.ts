import { describe, expect, it } from "vitest";
import { runTask, secrecyOf, type TurnEvent } from "@aifactory/core";
import { scriptedProvider } from "@aifactory/core/testing";
import { done, workbench, write } from "./workbench.js";

const bench = workbench();
const place = "http://127.0.0.1:1234/v1";

/** What a model's call for a file becomes where this key was sent along. */
async function written(key: string, path: string): Promise<unknown> {
  const message = { role: "assistant", text: "", calls: [] } as const;
  async function* turn(): AsyncGenerator<TurnEvent> {
    yield { type: "tool-call", call: { id: "1", name: "write_file", input: { path, content: "x" } } };
    yield { type: "finish", reason: { unified: "stop" }, message };
  }
  for await (const event of secrecyOf(place, key).hideIn(turn()))
    if (event.type === "tool-call") return Object(event.call.input).path;
  return undefined;
}

describe("a key", () => {
  it.each([
    ["sk-ant-api03-abcdefghijklmnop_QRSTUV"],
    ["sk-proj-AbCdEfGhIjKlMnOpQrStUvWxYz"],
    ["AIzaSyA-abcdefghijklmnopqrstuvwxyz_ABCDE"],
    ["0123456789abcdef0123456789abcdef"],
    ["3f2504e0-4f89-11d3-9a0c-0305e82c3301"],
    ["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"],
    ["ghp_abcdefghijklmnopqrstuvwxyzABCDEFGHIJ"],
    ["correct-horse-battery-staple-9"],
    ["pa55word"],
    ["s3cr3t-of-many-words"],
    ["qwertzuiopasdfghjklyxcvbnm"],
    ["abcdefghijklmnop"],
    ["correct-horse-battery-staple"],
    ["sk-abcdefghijklmnop"],
    ["ghp_abcdefghijklmnop"],
  ])("that can be nothing else is blanked wherever it stands: %s", async (key) => {
    expect(await written(key, `x${key}x.md`)).toBe("x[key]x.md");
    expect(secrecyOf(place, key).hide(`(${key}x)`)).toBe("([key]x)");
  });

  it.each(["password", "lm-studio", "not-needed", "MyCompany", "EMPTY", "no", "x", "hunter"])(
    "that may be a word changes no work of a model's: %s",
    async (key) => {
      expect(await written(key, `docs/${key}.md`)).toBe(`docs/${key}.md`);
    },
  );

  it("that may be a word is blanked in errors where it is one, and not where it is a part of one", () => {
    const { hide } = secrecyOf(place, "hunter");
    expect(hide('Wrong key "hunter": hunters and head-hunter have none.')).toBe(
      'Wrong key "[key]": hunters and head-hunter have none.',
    );
  });

  it("in the address is blanked in errors too, though it is short or a word", () => {
    for (const password of ["s3cr3t", "hunter"]) {
      const { hide } = secrecyOf(`https://ada:${password}@127.0.0.1/v1`, "");
      expect(hide(`Wrong password ${password} for ada.`)).toBe("Wrong password [key] for ada.");
    }
  });

  it.each(["no", "x", "test", "none"])("that is none, or too short to be one, spoils no sentence: %s", (key) => {
    const sentence = "model not found, no such box: run the test again, there is none";
    expect(secrecyOf(place, key).hide(sentence)).toBe(sentence);
  });
});

describe("the address of a remote", () => {
  const read = async (url: string, text: string): Promise<string | undefined> => {
    const { repository, worktreeRoot } = bench;
    await repository.git("remote", "add", "origin", url);
    await repository.commit("Text", { "read.txt": text });
    const turn = { calls: [{ name: "read_file", input: { path: "read.txt" } }] };
    const provider = scriptedProvider({ turns: [turn, write("a.py"), done] });
    const task = { repo: repository.path, prompt: "Do it", model: "scripted:m" };
    expect(await runTask(task, { providers: [provider], worktreeRoot })).toMatchObject({ status: "ready" });
    return provider.requests[1]?.messages.find(({ role }) => role === "tool")?.text;
  };

  it.each([
    ["a user's name", "https://mycompany@dev.azure.com/mycompany/app/_git/app", "com.mycompany.app"],
    ["a name with digits", "https://john.smith1984@bitbucket.org/a/b", "mail john.smith1984 about it"],
    [
      "a name that stands for a token",
      "https://x-access-token:ghp_0123456789abcdefghij@github.com/a/b",
      "x-access-token",
    ],
    ["a password that is a word", "https://ada:password@host/a/b", "password = input()"],
  ])("leaves what the model reads as it is: %s", async (_what, url, text) => {
    expect(await read(url, text)).toBe(text);
  });

  it.each([
    ["a password", "https://ada:s3cr3t-9x@host/a/b", "s3cr3t-9x"],
    ["a token as password", "https://oauth2:glpat-abcdefgh12345678@gitlab.com/a/b", "glpat-abcdefgh12345678"],
    ["a token as user", "https://ghp_abcdefghijklmnopqrstuvwxyz@github.com/a/b", "ghp_abcdefghijklmnopqrstuvwxyz"],
    [
      "a token as user, with a password that says so",
      "https://0123456789abcdef01234:x-oauth-basic@h/a",
      "0123456789abcdef01234",
    ],
  ])("keeps a login out of it: %s", async (_what, url, secret) => {
    expect(await read(url, `key=${secret};`)).toBe("key=[key];");
  });
});
