import { spawn } from "node:child_process";
import { once } from "node:events";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import type { Provider, TurnEvent, TurnRequest } from "../src/types.js";
import { agentProvider, readAgent } from "./testing-agent.js";

type Make = (path: string) => Provider;

/** The agent's provider with its events changed. */
const each =
  (map: (event: TurnEvent) => readonly TurnEvent[]): Make =>
  (path) => {
    const provider = agentProvider(path);
    return {
      ...provider,
      async *turn(request) {
        for await (const event of provider.turn(request)) yield* map(event);
      },
    };
  };

const elsewhere: Make = (path) => {
  const provider = agentProvider(path);
  return { ...provider, turn: (request) => provider.turn({ ...request, cwd: dirname(path) }) };
};

/** What people write first: it works, until something goes wrong. */
const naive =
  ({ input }: { readonly input: "open" | "closed" }): Make =>
  (path) => ({
    apiVersion: 1,
    name: "naive",
    kind: "agent",
    async *turn(request: TurnRequest) {
      const child = spawn(path, ["--model", request.model], { cwd: request.cwd });
      request.signal.addEventListener("abort", () => child.kill());
      if (input === "closed") child.stdin.end();
      const read = readAgent(request);
      let last: TurnEvent | undefined;
      const exit = once(child, "exit");
      for await (const line of createInterface(child.stdout)) {
        for (const event of read(line)) {
          if (event.type === "finish") last = event;
          else yield event;
        }
      }
      await exit;
      const message = { role: "assistant", text: "", calls: [] } as const;
      yield (
        last ?? {
          type: "finish",
          reason: { unified: request.signal.aborted ? "aborted" : "stop" },
          message,
        }
      );
    },
  });

/** For each behaviour of agents alone, something that breaks it. */
export const agentMutants: { readonly [behaviour: string]: Make } = {
  "a file is written in the working folder": elsewhere,
  "its own tools are told, with their results": each((event) => (event.type === "tool-result" ? [] : [event])),
  "a changed file is told, relative to the working folder": each((event) => [
    event.type === "file-change" ? { ...event, path: `/somewhere/${event.path}` } : event,
  ]),
  "a non-zero exit is an error, whatever was said": each((event) => {
    if (event.type !== "finish") return [event];
    const { error: _error, ...finish } = event;
    return [{ ...finish, reason: { unified: "stop" } }];
  }),
  "a program that is not there is program-missing": each((event) =>
    event.type === "finish" && event.error ? [{ ...event, error: { ...event.error, code: "network" } }] : [event],
  ),
  "a flood on standard error does not hang the turn": naive({ input: "closed" }),
  "a program that reads its input to the end does not hang the turn": naive({ input: "open" }),
  "a program that has answered and does not exit ends the turn": naive({ input: "closed" }),
  "nothing is left running after an abort": naive({ input: "closed" }),
  "nothing is left running after an answer": naive({ input: "closed" }),
};
