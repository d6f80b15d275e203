import { jsonLine } from "./cli-agent.js";
import type { TurnEvent } from "./types.js";

/** A message's `params`, `result` or `data`, of which nothing is known yet. */
export type RpcValue = { readonly [field: string]: unknown };

/** The error of an answer. */
export interface RpcError {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

/** What the other side's messages mean. */
export interface RpcHandlers {
  readonly notified: (method: string, params: RpcValue) => readonly TurnEvent[];
  /** The result of a question of theirs; undefined says that there is no such method here. */
  readonly asked: (method: string, params: RpcValue) => RpcValue | undefined;
  /** An error came instead of the result of `method`. */
  readonly failed: (error: RpcError, method: string) => readonly TurnEvent[];
}

/** Our side of a dialogue. */
export interface RpcPeer {
  ask(method: string, params: RpcValue, answered: (result: RpcValue) => readonly TurnEvent[]): void;
  tell(method: string, params?: RpcValue): void;
  /** What a line of theirs means; the questions in it are answered. */
  read(line: string): readonly TurnEvent[];
}

/**
 * One side of JSON-RPC 2.0, a message per line, as agent programs speak it on their standard streams: the reader of a
 * `cliAgent` whose command has `dialogue`. https://www.jsonrpc.org/specification
 */
export function jsonRpc(say: (line: string) => void, { notified, asked, failed }: RpcHandlers): RpcPeer {
  const questions = new Map<unknown, Question>();
  let asks = 0;
  const send = (message: object): void => say(JSON.stringify({ jsonrpc: "2.0", ...message }));

  const answer = (id: unknown, method: string, params: RpcValue): void => {
    const result = asked(method, params);
    send(result ? { id, result } : { id, error: { code: -32_601, message: `There is no ${method} here.` } });
  };
  return {
    ask(method, params, answered) {
      const id = ++asks;
      questions.set(id, { method, answered });
      send({ id, method, params });
    },
    tell: (method, params) => send({ method, ...(params && { params }) }),
    read(line) {
      const message: Partial<RpcMessage> | undefined = jsonLine(line);
      if (!message) return [{ type: "raw", value: line }];
      const { id, method, params = {}, result, error } = message;
      if (method !== undefined && id === undefined) return notified(method, params);
      if (method !== undefined) {
        answer(id, method, params);
        return [];
      }
      const question = questions.get(id);
      if (!question) return [{ type: "raw", value: message }];
      questions.delete(id);
      return error ? failed(error, question.method) : question.answered(result ?? {});
    },
  };
}

/** The fields of what should be an object; none, if it is something else. */
export function fieldsOf(value: unknown): RpcValue {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

/** The objects of what should be a list of them; none, if it is something else. */
export function listOf(value: unknown): readonly RpcValue[] {
  return Array.isArray(value) ? value.map(fieldsOf) : [];
}

/** What should be a text; empty, if it is something else. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

interface Question {
  readonly method: string;
  readonly answered: (result: RpcValue) => readonly TurnEvent[];
}

interface RpcMessage {
  readonly id: unknown;
  readonly method: string;
  readonly params: RpcValue;
  readonly result: RpcValue;
  readonly error: RpcError;
}
