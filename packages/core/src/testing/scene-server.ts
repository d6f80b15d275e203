import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text as readText } from "node:stream/consumers";
import { setImmediate as nextTick } from "node:timers/promises";
import type { Scene } from "./scenes.js";
import type { SeenRequest } from "./stage.js";
import type { WireAnswer, WireProtocol, WireRequest } from "./wire-protocol.js";

/** A running server. */
export interface SceneServer {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly url: string;
  readonly requests: () => readonly SeenRequest[];
  /** Every request of a turn as it came, in the same order. */
  readonly received: () => readonly WireRequest[];
  readonly close: () => Promise<void>;
}

/** Plays scenes on 127.0.0.1, one for each request of a turn; when they run out, it answers with status 500. */
export async function sceneServer<Body>(protocol: WireProtocol<Body>, scenes: readonly Scene[]): Promise<SceneServer> {
  const received: WireRequest[] = [];
  const seen: SeenRequest[] = [];
  const server = createServer((incoming, response) => {
    // A client that left is no trouble of ours.
    response.on("error", () => {});
    void answer(incoming, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500).end(`The scene server failed: ${String(error)}`);
      else response.destroy();
    });
  });

  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const asked = await readRequest<Body>(incoming);
    const aside = protocol.aside?.(asked);
    if (aside) return send(response, aside);
    const { body } = asked;
    if (body === undefined) return send(response, { status: 400, body: "The body is no JSON." });
    const request = { ...asked, body };
    const index = received.push(request) - 1;
    const rejection = protocol.reject(request);
    if (rejection) {
      seen.push({ model: "", system: "", messages: [], tools: [] });
      return send(response, rejection);
    }
    seen.push(protocol.read(request));
    const scene = scenes[index];
    if (!scene) return send(response, { status: 500, body: "No scene is left." });
    await playScene(protocol, scene, request, response);
  };

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  if (scenes[0]?.fault?.kind === "refused") await close();
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests: () => seen,
    received: () => received,
    close,
  };
}

async function readRequest<Body>(incoming: IncomingMessage): Promise<WireRequest<Body | undefined>> {
  const { method = "", url = "", headers } = incoming;
  const text = await readText(incoming);
  return { method, url, headers, body: parsed(text) };
}

/** What the client says it is: a protocol checks that in `reject`. */
function parsed(text: string) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function send(response: ServerResponse, { status, headers, body }: WireAnswer): void {
  const isText = typeof body === "string";
  response.writeHead(status, {
    "content-type": isText ? "text/plain" : "application/json",
    ...headers,
  });
  response.end(isText ? body : JSON.stringify(body));
}

async function playScene<Body>(
  protocol: WireProtocol<Body>,
  scene: Scene,
  request: WireRequest<Body>,
  response: ServerResponse,
): Promise<void> {
  const { fault, ending = "whole" } = scene;
  if (fault?.kind === "silence") return;
  if (fault?.kind === "proxy-page") {
    const body = "<html><body><h1>502 Bad Gateway</h1></body></html>";
    return send(response, { status: 502, headers: { "content-type": "text/html" }, body });
  }
  if (fault && scene.parts.length === 0) {
    const refusal = protocol.fault(fault, request);
    return send(response, fault.asSuccess ? { ...refusal, status: 200 } : refusal);
  }

  response.writeHead(200, { "content-type": protocol.contentType });
  response.flushHeaders();
  const { body, end } = protocol.frames(scene, request);
  await write(response, body, scene.splitBytes);
  if (fault) {
    if (!protocol.streamFault) throw new Error("This protocol has no errors in mid-stream.");
    await write(response, protocol.streamFault(fault), false);
    return void response.end();
  }
  if (ending === "stall") return;
  if (ending === "cut") return void response.destroy();
  if (ending === "whole") await write(response, end, scene.splitBytes);
  response.end();
}

async function write(response: ServerResponse, frames: readonly string[], splitBytes = false): Promise<void> {
  for (const frame of frames) {
    const bytes = Buffer.from(frame);
    const size = splitBytes ? 3 : bytes.length;
    for (let at = 0; at < bytes.length && !response.destroyed; at += size) {
      const isDrained = response.write(bytes.subarray(at, at + size));
      if (!isDrained) await drained(response);
      // Lets the piece leave before the next one comes.
      await nextTick();
    }
  }
}

async function drained(response: ServerResponse): Promise<void> {
  await new Promise<void>((resolve) => {
    const resume = (): void => {
      response.off("drain", resume).off("close", resume);
      resolve();
    };
    response.on("drain", resume).on("close", resume);
  });
}
