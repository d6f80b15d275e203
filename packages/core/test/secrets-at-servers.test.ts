import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { cliAgent, type Provider, runTask, TaskEvents, toError, type TurnEvent } from "@aifactory/core";
import claude from "../../provider-claude/src/index.js";
import codex from "../../provider-codex/src/index.js";
import gemini from "../../provider-gemini/src/index.js";
import { ollama } from "../../provider-ollama/src/index.js";
import { workbench } from "./workbench.js";

const bench = workbench();
const key = "canary-key-0123456789";
const providers: readonly [string, (url: string, secret?: string) => Provider][] = [
  ["claude", (baseURL, apiKey = key) => claude({ baseURL, apiKey })],
  ["codex", (baseURL, apiKey = key) => codex({ baseURL, apiKey })],
  ["codex", (baseURL, apiKey = key) => codex({ baseURL, apiKey, api: "chat" })],
  ["gemini", (baseUrl, apiKey = key) => gemini({ baseUrl, apiKey })],
  ["ollama", (host, secret = key) => ollama({ host, key: secret })],
];

/** Runs something against a server on this machine. */
async function served<Result>(answer: RequestListener, use: (port: number) => Promise<Result>): Promise<Result> {
  const server = createServer(answer);
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as { port: number };
  try {
    return await use(port);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** A run's outcome, and everything that was said and written of it. */
async function tracesOf(provider: Provider) {
  const { repository, worktreeRoot } = bench;
  const events = new TaskEvents();
  const told: unknown[] = [];
  events.on("event", (event) => void told.push(event));
  const task = { repo: repository.path, prompt: "Do it", model: `${provider.name}:m`, limits: { turns: 2 } };
  const outcome = await runTask(task, { providers: [provider], worktreeRoot, events, retry: { attempts: 1 } });
  const journal = await readFile(join(repository.path, ".git/aifactory/runs", outcome.id, "journal.jsonl"), "utf8");
  const commits = await repository.git("log", "--all", "--patch");
  return { outcome, said: JSON.stringify([outcome, told]), kept: journal + commits };
}

const refuse: RequestListener = (request, response) => {
  response.writeHead(500, { "content-type": "application/json" });
  response.end(JSON.stringify({ error: { message: `No: ${request.url}` } }));
};

describe.each(providers)("%s", (name, open) => {
  it("does not quote what is secret in its address", async () => {
    await served(refuse, async (port) => {
      for (const url of [
        `http://127.0.0.1:${port}/v1?api_key=canary-query-0123456789`,
        `http://ada:canary-pass-0123456789@127.0.0.1:${port}/v1`,
        `http://canary-token-0123456789@127.0.0.1:${port}/v1`,
        "http://127.0.0.1:1/v1?api_key=canary-query-0123456789",
        "http://ada:canary/pass@127.0.0.1:1/v1",
      ]) {
        const provider = open(url);
        const { outcome, said, kept } = await tracesOf(provider);
        expect(outcome.status).toBe("failed");
        const thrown = await provider.check?.({ model: "m" }).catch((error: unknown) => toError(error).toJSON());
        expect(`${said}${kept}${JSON.stringify(thrown)}`.match(/.{0,60}canary.{0,20}/)?.[0]).toBeUndefined();
        expect(outcome.error?.message).toMatch(/127\.0\.0\.1|No: \/v1/);
      }
    });
  });

  // Over plain HTTP Ollama is sent none.
  it.skipIf(name === "ollama")("does not quote a key that was cut where a long refusal is cut", async () => {
    const answer: RequestListener = (_request, response) => {
      response.writeHead(401, { "content-type": "text/plain" });
      response.end(`${"x".repeat(16 * 1024 - 18)}${key}`);
    };
    const { outcome, said } = await served(answer, async (port) => tracesOf(open(`http://127.0.0.1:${port}`)));
    expect(outcome).toMatchObject({ status: "failed", error: { message: expect.stringContaining("xxx[key]") } });
    expect(said).not.toContain("canary");
  });
});

// Over plain HTTP Ollama is sent none.
it.each(providers.filter(([name]) => name !== "ollama"))(
  "%s is not quoted with a key that comes back in a refusal's words, headers and status, in whatever form",
  async (_name, open) => {
    const secret = "canary+key/0123456789=~x";
    const forms = (text: string): string[] => [
      text,
      encodeURIComponent(text),
      ...["base64", "base64url"].map((form) => Buffer.from(text).toString(form as BufferEncoding)),
    ];
    let sent = "";
    const answer: RequestListener = ({ headers }, response) => {
      sent = String(headers.authorization ?? headers["x-api-key"] ?? headers["x-goog-api-key"]);
      const words = [...forms(secret), ...forms(sent)].join(" and ");
      response.writeHead(401, secret, { "content-type": "application/json", "x-sent": words });
      response.end(JSON.stringify({ error: { message: words } }));
    };
    await served(answer, async (port) => {
      const provider = open(`http://127.0.0.1:${port}`, secret);
      const { outcome, said, kept } = await tracesOf(provider);
      expect(outcome).toMatchObject({ status: "failed", error: { code: "auth" } });
      const thrown: unknown = await provider.check?.({ model: "m" }).catch((error: unknown) => error);
      const everything = said + kept + inspect([outcome, thrown], { depth: 20, showHidden: true });
      expect(sent).toContain(secret);
      for (const form of [...forms(secret), ...forms(sent)]) expect(everything).not.toContain(form.replace(/=+$/, ""));
    });
  },
);

it("an agent program that quotes the address it was given is not quoted with what is secret in it", async () => {
  const agent = cliAgent({
    name: "acme",
    command: () => ({
      command: "/bin/sh",
      args: ["-c", 'echo "$ACME_URL $0"; echo "No answer: $ACME_URL $0" >&2; exit 3', `url=https://h/?token=${key}`],
      env: { PATH: process.env["PATH"] ?? "", ACME_URL: `https://ada:${key}@h/v1` },
    }),
    read: () => (text) => [{ type: "text", text }],
  });
  const { outcome, said, kept } = await tracesOf(agent);
  expect(outcome.error?.message).toContain("No answer: https://[key]@h/v1 url=https://h/?token=[key]");
  expect(said + kept).not.toContain("canary");
});

/** The same words of each vendor's model, with a name of it: as one answer, whole. */
const answers: { readonly [path: string]: (text: string, model: string) => string } = {
  "/v1/messages": (text, model) =>
    [
      { type: "message_start", message: { model, usage: {} } },
      { type: "content_block_start", index: 0, content_block: { type: "text", text } },
      { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: {} },
      { type: "message_stop" },
    ]
      .map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
      .join(""),
  "/v1/responses": (text, model) => {
    const content = [{ type: "output_text", text, annotations: [] }];
    const output = [{ type: "message", id: "m", role: "assistant", status: "completed", content }];
    const events = [
      { type: "response.output_text.delta", item_id: "m", output_index: 0, content_index: 0, delta: text },
      { type: "response.completed", response: { id: "r", model, status: "completed", output } },
    ];
    return events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join("");
  },
  "/v1/chat/completions": (text, model) => `${chunk({ content: text }, "stop", model)}data: [DONE]\n\n`,
  "/v1beta/models/m:streamGenerateContent?alt=sse": (text, model) =>
    `data: ${JSON.stringify({ candidates: [{ content: { parts: [{ text }] }, finishReason: "STOP" }], modelVersion: model })}\n\n`,
  "/api/show": () => "{}",
  "/api/chat": (content, model) =>
    `${JSON.stringify({ model, message: { role: "assistant", content }, done: true, done_reason: "stop" })}\n`,
};

function chunk(delta: object, reason: string | null, model: string): string {
  const choices = [{ index: 0, delta, finish_reason: reason }];
  return `data: ${JSON.stringify({ id: "1", object: "chat.completion.chunk", model, choices })}\n\n`;
}

it.each(providers)("%s is not quoted with a key that comes back in its answer", async (_name, open) => {
  const answer: RequestListener = ({ url = "" }, response) => {
    const path = Object.keys(answers).find((known) => url.endsWith(known)) ?? "";
    response.writeHead(200, { "content-type": path.startsWith("/api") ? "application/json" : "text/event-stream" });
    response.end(answers[path]?.(`You sent ${key}.`, `m-${key}`));
  };
  const { said, kept } = await served(answer, async (port) => {
    const url = `http://127.0.0.1:${port}`;
    return tracesOf(open(open(url).name === "codex" ? `${url}/v1` : url));
  });
  expect(kept).toContain("You sent [key].");
  expect(kept).toContain("m-[key]");
  expect(said + kept).not.toContain("canary");
});

describe("a server that repeats the key in its answer", () => {
  it("is not quoted with it: words, thoughts, arguments, its model's name, also where it comes in pieces", async () => {
    const content = `x = "${key}"\n`;
    const call = { name: "write_file", arguments: JSON.stringify({ path: "a.py", content }) };
    const half = key.length / 2;
    const answer: RequestListener = (request, response) => {
      const model = `m ${request.headers.authorization}`;
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(chunk({ role: "assistant", content: `You sent ${key.slice(0, half)}` }, null, model));
      response.write(chunk({ content: `${key.slice(half)}.` }, null, model));
      response.write(chunk({ reasoning_content: `Hm, ${key.slice(0, half)}` }, null, model));
      response.write(chunk({ reasoning_content: `${key.slice(half)}?` }, null, model));
      response.write(chunk({ tool_calls: [{ index: 0, id: "c1", type: "function", function: call }] }, null, model));
      response.end(`${chunk({}, "tool_calls", model)}data: [DONE]\n\n`);
    };
    const { outcome, said, kept } = await served(answer, async (port) =>
      tracesOf(codex({ baseURL: `http://127.0.0.1:${port}/v1`, apiKey: key, api: "chat" })),
    );
    expect(said + kept).not.toContain(key);
    expect(await bench.repository.read("a.py", outcome.branch)).toBe('x = "[key]"');
    expect(kept).toContain("You sent [key].");
  });

  it("has its pieces told apart from what only begins like the key", async () => {
    const pieces = ["a c", "an", "e ", "canary-k", "ey-0123456789", " canary-key"];
    const answer: RequestListener = (_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      for (const content of pieces) response.write(chunk({ content }, null, "m"));
      response.end(`${chunk({}, "stop", "m")}data: [DONE]\n\n`);
    };
    const signal = new AbortController().signal;
    const request = { model: "m", system: "", messages: [], tools: [], cwd: tmpdir(), signal };
    const events = await served(answer, async (port) => {
      const provider = codex({ baseURL: `http://127.0.0.1:${port}/v1`, apiKey: key, api: "chat" });
      const all: TurnEvent[] = [];
      for await (const event of provider.turn(request)) all.push(event);
      return all;
    });
    const text = events.map((event) => (event.type === "text" ? event.text : "")).join("");
    expect(text).toBe("a cane [key] canary-key");
    expect(events.at(-1)).toMatchObject({ type: "finish", message: { text } });
  });
});
