import type { Usage } from "../types.js";

/** One thing that a vendor's model does within a turn. */
export type ScenePart =
  | { readonly type: "text"; readonly chunks: readonly string[] }
  | {
      readonly type: "thinking";
      readonly chunks: readonly string[];
      /** What the vendor wants back unchanged, where it has such a thing. */
      readonly signature?: string;
    }
  /** The arguments are raw text, in the pieces in which they are streamed. They need not be JSON. No piece: none at all. */
  | {
      readonly type: "call";
      readonly id: string;
      readonly name: string;
      readonly argumentChunks: readonly string[];
    }
  /** Agents: its own tool writes a file. `path` is relative to the working folder. */
  | { readonly type: "write"; readonly id: string; readonly path: string; readonly text: string }
  /** Agents: its own tool runs a shell command there. */
  | { readonly type: "run"; readonly id: string; readonly command: string }
  /** Something that can't be read: broken JSON where an event should stand. */
  | { readonly type: "malformed" }
  /** A well-formed event of a kind that no adapter knows yet. */
  | { readonly type: "unknown" };

/** Why the model stopped, in core's words; a server says it in its vendor's. */
export type SceneStop = "stop" | "tool-calls" | "length" | "content-filter" | "pause";

/**
 * What goes wrong. Most kinds are the error code that must come of it, and the vendor's server answers as the vendor does.
 * `refused`: nobody listens. `silence`: the request is taken and nothing is ever said. `proxy-page`: a 502 with HTML from a
 * machine in between. `missing-program`: agents only, the program is not there.
 */
export interface SceneFault {
  readonly kind:
    | "auth"
    | "rate-limit"
    | "quota"
    | "server-error"
    | "overloaded"
    | "context-overflow"
    | "unknown-model"
    | "invalid-request"
    | "refused"
    | "silence"
    | "proxy-page"
    | "missing-program";
  /** What the vendor says about it. */
  readonly words?: string;
  /** For `rate-limit`: how long to wait. */
  readonly retryAfterSeconds?: number;
  /** The refusal comes with status 200, as from some gateways. */
  readonly asSuccess?: true;
}

/** What a vendor's model does in one turn, whatever the wire protocol. */
export interface Scene {
  /** Unique within a play. */
  readonly id: string;
  readonly parts: readonly ScenePart[];
  /** Default: `tool-calls` when there is a call among the parts, else `stop`. */
  readonly stop?: SceneStop;
  /** What the vendor reports. Absent: it reports nothing. */
  readonly usage?: Usage;
  /** Default: the model that was asked for. */
  readonly servedModel?: string;
  /**
   * What follows the parts. `whole` (default): the vendor's regular end. `unfinished`: the stream ends in good order, but
   * without its terminal event. `cut`: the connection breaks, or the program is killed. `stall`: nothing more, for ever.
   */
  readonly ending?: "whole" | "unfinished" | "cut" | "stall";
  /** With no parts: the answer to the request. With parts: an error in mid-stream, after them. */
  readonly fault?: SceneFault;
  /** Bytes are sent in pieces of three, so that most characters beyond ASCII are split. */
  readonly splitBytes?: boolean;
  /** How an agent's program behaves besides. */
  readonly program?: SceneProgramHabits;
}

/** Bad habits of programs. */
export interface SceneProgramHabits {
  /** Bytes written to standard error before the first word. */
  readonly stderrBytes?: number;
  /** Reads its standard input to the end before it begins. */
  readonly readsInput?: boolean;
  /** Ends with this exit code. Default 0. */
  readonly exitCode?: number;
  /** Does not exit after its last word. */
  readonly lingers?: boolean;
}

/** Said text, in the chunks in which it is streamed. */
export function says(...chunks: readonly string[]): ScenePart {
  return { type: "text", chunks };
}

/** A thought. */
export function thinks(text: string, signature?: string): ScenePart {
  return { type: "thinking", chunks: [text], ...(signature !== undefined && { signature }) };
}

/** A call whose arguments arrive in one piece. */
export function calls(id: string, name: string, input: object): ScenePart {
  return { type: "call", id, name, argumentChunks: [JSON.stringify(input)] };
}

/** How the scene's model stops. */
export function stopOf({ stop, parts }: Scene): SceneStop {
  return stop ?? (parts.some(({ type }) => type === "call") ? "tool-calls" : "stop");
}

/** The said text of a scene, whole. */
export function textOf({ parts }: Scene): string {
  return parts.flatMap((part) => (part.type === "text" ? part.chunks : [])).join("");
}
