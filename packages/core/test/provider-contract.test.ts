import { describe, expect, it } from "vitest";
import { echoProtocol } from "../../../examples/echo-provider/test/server.js";
import { behaviours, type OpenStage, providerContract, runBehaviour, sceneServer } from "../src/testing/index.js";
import { agentMutants } from "./testing-agent-mutants.js";
import { openAgent } from "./testing-agent.js";
import { broken, type Mutant, mutants } from "./testing-mutants.js";

const ofModels = behaviours.filter(({ kinds }) => kinds.includes("model"));

const ofAgentsOnly = behaviours.filter(({ kinds }) => !kinds.includes("model"));

const openWith =
  (mutant: Mutant): OpenStage =>
  async (scenes) => {
    const { url, requests, close } = await sceneServer(echoProtocol, scenes);
    return {
      provider: broken(mutant, url),
      model: "echo-1",
      otherModel: "echo-2",
      requests,
      close,
    };
  };

describe("the provider contract can fail", () => {
  it("has at least forty behaviours for models, each with a mutant that breaks it", () => {
    expect(ofModels.length).toBeGreaterThanOrEqual(40);
    expect(Object.keys(mutants).toSorted()).toEqual(ofModels.map(({ name }) => name).toSorted());
  });

  it.concurrent.for(ofModels)("$name", { timeout: 30_000 }, async (behaviour) => {
    await expect(runBehaviour(behaviour, openWith(mutants[behaviour.name]!), 1_000)).rejects.toMatchObject({
      code: "ERR_ASSERTION",
    });
  });

  it("has a mutant for each behaviour of agents alone", () => {
    expect(Object.keys(agentMutants).toSorted()).toEqual(ofAgentsOnly.map(({ name }) => name).toSorted());
  });

  it.concurrent.for(ofAgentsOnly)("$name", { timeout: 30_000 }, async (behaviour) => {
    const open = openAgent(agentMutants[behaviour.name]!);
    await expect(runBehaviour(behaviour, open, 3_000)).rejects.toMatchObject({
      code: "ERR_ASSERTION",
    });
  });

  it("names are unique, for they are the keys of exceptions", () => {
    expect(new Set(behaviours.map(({ name }) => name)).size).toBe(behaviours.length);
  });
});

const register = (exceptions: { readonly [behaviour: string]: string }): string[] => {
  const names: string[] = [];
  const test = Object.assign((name: string) => names.push(name), {
    skip: (name: string) => names.push(`skipped: ${name}`),
  });
  providerContract({
    describe: (_name, body) => body(),
    it: test,
    name: "x",
    kind: "model",
    open: openWith({}),
    exceptions,
  });
  return names;
};

describe("providerContract", () => {
  it("registers a test for each behaviour, and an exception with its reason", () => {
    const names = register({ "a pause is a pause": "this vendor does not pause" });
    expect(names).toHaveLength(ofModels.length);
    expect(names).toContain("skipped: a pause is a pause [not applicable: this vendor does not pause]");
  });

  it("refuses an exception for a behaviour that is not there", () => {
    expect(() => register({ "a pause is a paws": "misspelt" })).toThrow("a pause is a paws");
  });
});
