import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import type { describe, expect, it } from "vitest";
import { type ErrorData, type Outcome, type Provider, runTask } from "@aifactory/core";
import { canaryKey, temporaryRepository } from "@aifactory/core/testing";

/** What a package tells of its vendor. */
export interface HostileSetting {
  readonly describe: typeof describe;
  readonly it: typeof it;
  readonly expect: typeof expect;
  /** A model string. */
  readonly model: string;
  /** With `canaryKey` as its key. */
  provider(url: string): Provider;
  readonly contentType: string;
  /** The beginning of an answer, and a piece of it that can be repeated for ever. */
  readonly begin: string;
  readonly piece: string;
  /** What it says when nothing is left, as JSON. */
  readonly quota: object;
  /** What is asked besides turns, and answered in peace. */
  aside?(url: string): string | undefined;
}

type Answer = (response: ServerResponse, request: IncomingMessage) => void | Promise<void>;

const mebibyte = Buffer.alloc(1024 * 1024, "x");

/** Answers with a chunk so many times, as fast as it is taken; rejects when the other side hangs up. */
export async function flood(response: ServerResponse, chunk: Buffer, times: number): Promise<void> {
  await pipeline(Readable.from(Array.from({ length: times }, () => chunk)), response);
}

/** Servers that attack: what each adapter has to hold against. */
export function hostileServers(setting: HostileSetting): void {
  const { describe, it, expect, contentType } = setting;

  const serve = async (answer: Answer): Promise<{ url: string; sent: () => number; close: () => Promise<void> }> => {
    let socket: Socket | undefined;
    const server = createServer((request, response) => {
      ({ socket } = request);
      response.on("error", () => {});
      const aside = setting.aside?.(request.url ?? "");
      if (aside !== undefined) return void response.end(aside);
      return void Promise.resolve(answer(response, request)).catch(() => response.destroy());
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as { port: number };
    const close = async (): Promise<void> => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    };
    return { url: `http://127.0.0.1:${port}`, sent: () => socket?.bytesWritten ?? 0, close };
  };

  /** Runs a task against a server and gives why it failed, how much was sent, and the whole outcome as text. */
  const endOf = async (
    answer: Answer,
    totalMs = 120_000,
  ): Promise<{ error: ErrorData; sent: number; outcome: Outcome }> => {
    const [server, repository] = await Promise.all([serve(answer), temporaryRepository()]);
    try {
      const outcome = await runTask(
        { repo: repository.path, prompt: "Do it", model: setting.model, sandbox: "none" },
        {
          providers: [setting.provider(server.url)],
          worktreeRoot: `${repository.path}-worktrees`,
          deadlines: { totalMs },
          retry: { attempts: 1 },
        },
      );
      if (!outcome.error) throw new Error("It did not fail.");
      return { error: outcome.error, sent: server.sent(), outcome };
    } finally {
      await server.close();
      await repository.remove();
    }
  };

  describe("a server that", () => {
    it("never ends its answer is ended by the turn's deadline", async () => {
      const { error } = await endOf(async (response) => {
        response.writeHead(200, { "content-type": contentType }).write(Buffer.from(setting.begin));
        while (!response.destroyed) {
          response.write(Buffer.from(setting.piece));
          await sleep(5);
        }
      }, 1_000);
      expect(error).toMatchObject({ code: "timeout", message: expect.stringContaining("did not end its turn") });
    });

    it("sends a byte now and then is ended by the turn's deadline", async () => {
      const { error } = await endOf(async (response) => {
        response.writeHead(200, { "content-type": contentType });
        for (let at = 0; !response.destroyed; at++) {
          response.write(Buffer.from(setting.begin.at(at % setting.begin.length) ?? " "));
          await sleep(50);
        }
      }, 1_000);
      expect(error).toMatchObject({ code: "timeout" });
    });

    it("sends a line of 64 MB is cut off long before its end", async () => {
      const { error, sent } = await endOf(async (response) => {
        response.writeHead(200, { "content-type": contentType }).write(Buffer.from(setting.begin));
        await flood(response, mebibyte, 64);
      });
      expect(error).toMatchObject({ code: "server-error", message: expect.stringMatching(/a line of more than \d+/) });
      expect(sent).toBeLessThan(48 * mebibyte.length);
    });

    it("sends a gigabyte packed into one megabyte is cut off", async () => {
      const packed = gzipSync(Buffer.alloc(64 * 1024 * 1024));
      const { error } = await endOf(async (response) => {
        response.writeHead(200, { "content-type": contentType, "content-encoding": "gzip" });
        await flood(response, packed, 16);
      });
      expect(error).toMatchObject({ code: "server-error", message: expect.stringMatching(/a line of more than \d+/) });
    });

    it("refuses with megabytes of words is not quoted at length", async () => {
      const { error } = await endOf(async (response) => {
        response.writeHead(500, { "content-type": "text/plain" });
        await flood(response, mebibyte, 8);
      });
      expect(error.message.length).toBeLessThan(20_000);
    });

    it("refuses with status 200 has said what it refuses, and is not asked again", async () => {
      const { error } = await endOf((response) => {
        response
          .writeHead(200, { "content-type": "application/json" })
          .end(JSON.stringify(setting.quota, undefined, 1));
      });
      expect(error).toMatchObject({ code: "quota", message: expect.stringContaining("Nothing is left of it") });
    });

    it.each([300, 304, 399])("answers with status %i is not taken for one that can't be reached", async (status) => {
      const { error } = await endOf((response) => void response.writeHead(status).end());
      expect(error).toMatchObject({ code: "invalid-request", message: expect.stringContaining(`status ${status}`) });
    });

    it("redirects to another host does not get the key sent there", async () => {
      const heard: unknown[] = [];
      const other = await serve((response, request) => {
        heard.push(request.rawHeaders);
        response.writeHead(500).end();
      });
      const { error, outcome } = await endOf((response) => {
        response.writeHead(307, { location: `${other.url.replace("127.0.0.1", "localhost")}/elsewhere` }).end();
      });
      await other.close();
      expect(heard).toEqual([]);
      expect(error).toMatchObject({ code: "invalid-request", message: expect.stringContaining("redirect") });
      expect(JSON.stringify(outcome)).not.toContain(canaryKey);
    });
  });
}
