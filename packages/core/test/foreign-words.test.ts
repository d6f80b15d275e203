import { once } from "node:events";
import { createServer } from "node:http";
import { expect, it } from "vitest";
import { approve, errorData, type Provider, runTask, TaskEvents, toError } from "@aifactory/core";
import { type Script, scriptedProvider } from "@aifactory/core/testing";
import codex from "../../provider-codex/src/index.js";
import { done, workbench, write } from "./workbench.js";

// What others say can't steer the terminal of who reads it: no escape code, no C1 control, no mark that turns text around.

const bench = workbench();
const evil = "\u001b]0;title\u0007\u001b[2J\u009b2J\u202eyp.fdp\u2066\u200f";
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const steers = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

/** Every text in a value. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

async function outcomeOf(turns: readonly Script[]) {
  const task = { repo: bench.repository.path, prompt: "Do it", model: "scripted:m" };
  return runTask(task, { providers: [scriptedProvider({ turns })], worktreeRoot: bench.worktreeRoot });
}

it.each(["a refusal", "an answer by another model"])("of a server: %s", async (kind) => {
  const server = createServer((_request, response) => {
    if (kind === "a refusal") {
      response.writeHead(400, { "content-type": "application/json" });
      return void response.end(JSON.stringify({ error: { message: `no ${evil}\r\nReally.` } }));
    }
    const choices = [{ index: 0, delta: { content: "x" }, finish_reason: "content_filter" }];
    const chunk = { id: "1", object: "chat.completion.chunk", model: `other${evil}`, choices };
    response.writeHead(200, { "content-type": "text/event-stream" });
    return void response.end(`data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as { port: number };
  const provider = codex({ baseURL: `http://127.0.0.1:${port}/v1`, apiKey: "k1234567890", api: "chat" });
  const outcome = await runTask(
    { repo: bench.repository.path, prompt: "Do it", model: "codex:m" },
    { providers: [provider], worktreeRoot: bench.worktreeRoot, retry: { attempts: 1 } },
  );
  server.closeAllConnections();
  server.close();
  expect(textsIn(outcome).filter((text) => steers.test(text))).toEqual([]);
  const said = outcome.error?.code === "refused" ? outcome.notices[0]?.message : outcome.error?.message;
  expect(said).toMatch(/(no |other)\\u001b/);
});

it("of any provider: an error that it made by itself, and a notice", async () => {
  const error = { ...errorData("auth", "no"), message: `no ${evil}` };
  const provider: Provider = {
    apiVersion: 1,
    name: "acme",
    kind: "model",
    async *turn() {
      yield { type: "notice", code: "hint", message: evil };
      yield {
        type: "finish",
        reason: { unified: "error" },
        message: { role: "assistant", text: "", calls: [] },
        error,
      };
    },
  };
  const task = { repo: bench.repository.path, prompt: "Do it", model: "acme:m" };
  const events = new TaskEvents();
  const told: unknown[] = [];
  events.on("event", (event) => void told.push(event));
  const outcome = await runTask(task, { providers: [provider], worktreeRoot: bench.worktreeRoot, events });
  expect(outcome).toMatchObject({ status: "failed", error: { message: expect.stringContaining("no \\u001b") } });
  expect(JSON.stringify(told)).toContain('"hint"');
  expect(textsIn([outcome, told]).filter((text) => steers.test(text))).toEqual([]);
});

it.each([
  ["C0", "\u001b]0;title\u0007.py"],
  ["C1 and a turn", "\u009b2J\u202eyp.fdp"],
  ["a mark", "a\u200fb.py"],
])("of git: the name of a file that is in the way of a merge (%s)", async (_kind, name) => {
  const outcome = await outcomeOf([write(name), done]);
  await bench.repository.write({ [name]: "mine\n" });
  const error = await approve(outcome, { unverified: true }).catch((thrown: unknown) => toError(thrown));
  expect(error).toMatchObject({ code: "conflict" });
  expect(textsIn(JSON.parse(JSON.stringify(error))).filter((text) => steers.test(text))).toEqual([]);
});
