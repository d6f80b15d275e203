import { once } from "node:events";
import { createServer } from "node:http";
import { expect, it } from "vitest";
import { boundedFetch } from "@aifactory/core";
import { flood } from "./hostile-server.js";

it("an answer of many short lines is cut off too, at 128 MiB", async () => {
  const lines = Buffer.alloc(1024 * 1024, "x".repeat(1023) + "\n");
  const server = createServer((_request, response) => void flood(response, lines, 200).catch(() => {}));
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as { port: number };
  const { body } = await boundedFetch(`http://127.0.0.1:${port}`);
  let bytes = 0;
  const reading = (async () => {
    for await (const chunk of body!) bytes += chunk.length;
  })();
  await expect(reading).rejects.toMatchObject({ code: "server-error", retryable: false });
  server.closeAllConnections();
  server.close();
  expect(bytes).toBeLessThanOrEqual(128 * 1024 * 1024);
});

it("an answer that says it is JSON is read while it comes, unless it is a refusal", async () => {
  const server = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "application/json" }).write('{"message":{}}\n{"error":"none"}\n');
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as { port: number };
  const { body } = await boundedFetch(`http://127.0.0.1:${port}`);
  const { value } = await body!.getReader().read();
  expect(Buffer.from(value).toString()).toBe('{"message":{}}\n{"error":"none"}\n');
  server.closeAllConnections();
  server.close();
});

it("a refusal that ends as a word does which is sent as the key stays as it is", async () => {
  const server = createServer((_request, response) => void response.writeHead(400).end("There is no such olla"));
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as { port: number };
  const refused = await boundedFetch(`http://127.0.0.1:${port}`, { headers: { authorization: "Bearer ollamas" } });
  expect(await refused.text()).toBe("There is no such olla");
  server.closeAllConnections();
  server.close();
});
