import type { IncomingMessage } from "node:http";
import type { Scene, SceneFault } from "./scenes.js";
import type { SeenRequest } from "./stage.js";

/** A request as it came over the wire. */
export interface WireRequest<Body = unknown> {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  /** The body, parsed. Nothing checks that it is what the type says: that is for `reject` to do. */
  readonly body: Body;
}

/** An answer in one piece. A body that is no string is sent as JSON. */
export interface WireAnswer {
  readonly status: number;
  readonly headers?: { readonly [name: string]: string };
  readonly body: unknown;
}

/**
 * A vendor's wire protocol, as far as scenes need it: all that a package's own server adds to `sceneServer`.
 *
 * @typeParam Body A turn's request, parsed.
 */
export interface WireProtocol<Body = unknown> {
  /** Content type of a streamed answer. */
  readonly contentType: string;
  /** Answers what is no turn (lists of models and the like). Undefined: it is a turn. */
  aside?(request: WireRequest<Body | undefined>): WireAnswer | undefined;
  /** What the vendor says to a turn's request that it does not accept. Be strict. Undefined: it is fine. */
  reject(request: WireRequest<Body>): WireAnswer | undefined;
  /** The turn's request in the kit's words. */
  read(request: WireRequest<Body>): SeenRequest;
  /**
   * The frames of a streamed answer, complete with line ends: `body` for the parts of the scene, `end` for the vendor's
   * regular end (stop reason, usage, terminal event). A frame is never joined with the next.
   */
  frames(
    scene: Scene,
    request: WireRequest<Body>,
  ): { readonly body: readonly string[]; readonly end: readonly string[] };
  /** The vendor's answer to a request that fails. */
  fault(fault: SceneFault, request: WireRequest<Body>): WireAnswer;
  /** The frames of an error in mid-stream, where the vendor has such a thing. */
  streamFault?(fault: SceneFault): readonly string[];
}
