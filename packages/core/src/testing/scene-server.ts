import { text as readText } from "node:stream/consumers";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setImmediate as nextTick } from "node:timers/promises";
import type { Scene, SceneFault } from "./scenes.js";
import type { SeenRequest } from "./stage.js";

/** A request as it came over the wire. */
export interface WireRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  /** The body, parsed if it is JSON, else as text. */
  readonly body: unknown;
}

/** An answer in one piece. A body that is no string is sent as JSON. */
export interface WireAnswer {
  readonly status: number;
  readonly headers?: { readonly [name: string]: string };
  readonly body: unknown;
}

/** A vendor's wire protocol, as far as scenes need it: all that a package's own server adds to `sceneServer`. */
export interface WireProtocol {
  /** Content type of a streamed answer. */
  readonly contentType: string;
  /** Answers what is no turn (lists of models and the like). Undefined: it is a turn. */
  aside?(request: WireRequest): WireAnswer | undefined;
  /** What the vendor says to a turn's request that it does not accept. Be strict. Undefined: it is fine. */
  reject(request: WireRequest): WireAnswer | undefined;
  /** The turn's request in the kit's words. */
  read(request: WireRequest): SeenRequest;
  /**
   * The frames of a streamed answer, complete with line ends: `body` for the parts of the scene, `end` for the vendor's
   * regular end (stop reason, usage, terminal event). A frame is never joined with the next.
   */
  frames(
    scene: Scene,
    request: WireRequest,
  ): { readonly body: readonly string[]; readonly end: readonly string[] };
  /** The vendor's answer to a request that fails. */
  fault(fault: SceneFault, request: WireRequest): WireAnswer;
  /** The frames of an error in mid-stream, where the vendor has such a thing. */
  streamFault?(fault: SceneFault): readonly string[];
}

/** A running server. */
export interface SceneServer {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly url: string;
  requests(): readonly SeenRequest[];
  /** Every request of a turn as it came, in the same order. */
  received(): readonly WireRequest[];
  close(): Promise<void>;
}

/** Plays scenes on 127.0.0.1, one for each request of a turn; when they run out, it answers with status 500. */
export async function sceneServer(
  protocol: WireProtocol,
  scenes: readonly Scene[],
): Promise<SceneServer> {
  const received: WireRequest[] = [];
  const seen: SeenRequest[] = [];
  const server = createServer((incoming, response) => {
    // A client that left is no trouble of ours.
    response.on("error", () => {});
    void answer(incoming, response).catch((error: unknown) => {
      if (!response.headersSent)
        response.writeHead(500).end(`The scene server failed: ${String(error)}`);
      else response.destroy();
    });
  });

  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const request = await readRequest(incoming);
    const aside = protocol.aside?.(request);
    if (aside) return send(response, aside);
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

async function readRequest(incoming: IncomingMessage): Promise<WireRequest> {
  const text = await readText(incoming);
  const { method = "", url = "", headers } = incoming;
  return { method, url, headers, body: parsed(text) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
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

async function playScene(
  protocol: WireProtocol,
  scene: Scene,
  request: WireRequest,
  response: ServerResponse,
): Promise<void> {
  const { fault, ending = "whole" } = scene;
  if (fault?.kind === "silence") return;
  if (fault?.kind === "proxy-page") {
    const body = "<html><body><h1>502 Bad Gateway</h1></body></html>";
    return send(response, { status: 502, headers: { "content-type": "text/html" }, body });
  }
  if (fault && scene.parts.length === 0) return send(response, protocol.fault(fault, request));

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

async function write(
  response: ServerResponse,
  frames: readonly string[],
  splitBytes = false,
): Promise<void> {
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
    response.once("drain", resolve);
    response.once("close", resolve);
  });
}
