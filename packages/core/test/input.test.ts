import { execFileSync } from "node:child_process";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import {
  AifactoryError,
  approve,
  cleanRuns,
  compare,
  listRuns,
  openRun,
  type Outcome,
  type Provider,
  reject,
  requestChanges,
  resumeTask,
  runTask,
  type Verifier,
} from "@aifactory/core";
import { scriptedProvider } from "@aifactory/core/testing";
import { done, workbench, write } from "./workbench.js";

const bench = workbench();

// Plain JavaScript has no type checks: anything can come in.
type Anything = any; // oxlint-disable-line typescript/no-explicit-any

async function refusal(call: () => Promise<unknown>): Promise<AifactoryError> {
  const error = await call().then(
    (value) => expect.unreachable(`it resolved: ${JSON.stringify(value)}`),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(AifactoryError);
  return error as AifactoryError;
}

async function expectNothing(): Promise<void> {
  expect(await bench.repository.branches()).toEqual(["main"]);
  expect(await readdir(bench.worktreeRoot)).toEqual([]);
  expect(await readdir(join(bench.repository.path, ".git/aifactory")).catch(() => [])).toEqual([]);
}

const provider = (changes: object = {}): Anything => ({ ...scriptedProvider({ turns: [] }), ...changes });
const judge: Verifier = {
  apiVersion: 1,
  name: "judge",
  check(options) {
    if ("bogus" in options) throw new Error("bogus: there is no such option");
  },
  verify: async () => expect.unreachable(),
};
const tool = {
  name: "x",
  description: "Does x",
  input: z.object({}),
  effect: "read",
  run: async () => "",
} as const;

const run = (spec: object, options: Anything = {}): Promise<unknown> =>
  runTask({ repo: bench.repository.path, prompt: "Do it", model: "scripted:m", ...spec }, options);
/** As a rule with all that a run needs. */
const runWith = (options: object, spec: object = {}): Promise<unknown> =>
  run(spec, {
    providers: [scriptedProvider({ turns: [] })],
    verifiers: [judge],
    worktreeRoot: bench.worktreeRoot,
    ...options,
  });

describe("a task that can't be run is refused in words, before anything exists:", () => {
  const specs: readonly (readonly [field: string, given: unknown, says: string])[] = [
    ["repo", 5, "repo: must be the path of a git repository, such as '.', not 5"],
    ["repo", undefined, "repo: is missing; it must be the path"],
    ["repo", "", "repo: must be the path of a git repository, such as '.', not \"\""],
    ["prompt", {}, "prompt: must say what to do, not an object"],
    ["prompt", "a\0b", "prompt: must not have a NUL character in it"],
    ["model", 5, "model: must be a model string, several in a list, or { plan?, code, fix? } with such each, not 5"],
    ["model", "", "model: must name a model, as 'provider:model', not \"\""],
    ["base", true, "base: must be a branch, tag or commit, not true"],
    ["base", "-x", "base: must not begin with a dash"],
    [
      "verify",
      "",
      "verify: must be a verifier's name, such as 'pytest', or { verifier: 'pytest', … } with its options",
    ],
    ["verify", { verifier: 5 }, "verify: must be a verifier's name"],
    ["verify", { verifier: "judge", bogus: 1 }, "verify: bogus: there is no such option"],
    ["tools", "read_file", 'tools: must be a list of names of built-in tools, not "read_file"'],
    ["tools", [5], "tools.0: must be the name of a built-in tool, not 5"],
    ["limits", null, "limits: must be an object, not null"],
    ["limits", { turn: 5 }, "limits.turn: no such field; there are turns, fixes, minutes, tokens, usd"],
    ["limits", { turns: "5" }, 'limits.turns: must be a whole number above 0, not "5"'],
    ["limits", { turns: Number.NaN }, "limits.turns: must be a whole number above 0, not NaN"],
    ["limits", { turns: Infinity }, "limits.turns: must be a whole number above 0, not Infinity"],
    ["limits", { turns: 1.5 }, "limits.turns: must be a whole number above 0, not 1.5"],
    ["limits", { fixes: -1 }, "limits.fixes: must be a whole number, 0 or more, not -1"],
    ["limits", { minutes: 0 }, "limits.minutes: must be a number above 0, not 0"],
    ["limits", { usd: 5n }, "limits.usd: must be a number above 0, not 5"],
    ["effort", "much", 'effort: must be one of none, minimal, low, medium, high, max, not "much"'],
    ["review", false, "review: must be one of required, auto, not false"],
    ["sandbox", [], "sandbox: must be one of auto, required, none, not a list"],
    ["network", "no", 'network: must be true or false, not "no"'],
    ["nudges", { empty: -1 }, "nudges.empty: must be a whole number, 0 or more, not -1"],
    ["nudges", 1, "nudges: must be an object"],
    ["limit", 5, "limit: no such field; there are repo, prompt, model"],
  ];
  it.each(specs)("%s: %o", async (field, given, says) => {
    const error = await refusal(async () => runWith({}, { [field]: given }));
    expect(error).toMatchObject({ code: "invalid-spec", message: expect.stringContaining(says) });
    await expectNothing();
  });

  it.each([undefined, null, "do it", []])("%o in the place of a task", async (spec) => {
    const error = await refusal(async () => runTask(spec as Anything));
    expect(error).toMatchObject({ code: "invalid-spec", message: expect.stringContaining("task: ") });
  });
});

describe("options that a run can't be given are refused before anything exists:", () => {
  const options: readonly (readonly [given: unknown, says: string])[] = [
    [null, "options: must be an object, not null"],
    ["x", 'options: must be an object, not "x"'],
    [{ provider: [] }, "options.provider: no such field; there are providers, verifiers"],
    [{ events: {} }, "options.events: must be a TaskEvents, not an object"],
    [{ events: 5 }, "options.events: must be a TaskEvents, not 5"],
    [{ signal: "x" }, 'options.signal: must be an AbortSignal, not "x"'],
    [{ signal: new AbortController() }, "options.signal: must be an AbortSignal, not an object"],
    [{ resolveFrom: 5 }, "options.resolveFrom: must be the path of a folder or file, not 5"],
    [{ worktreeRoot: 5 }, "options.worktreeRoot: must be the path of a folder, not 5"],
    [{ worktreeRoot: "" }, 'options.worktreeRoot: must be the path of a folder, not ""'],
    [{ deadlines: 5 }, "options.deadlines: must be an object, not 5"],
    [{ deadlines: { totalMs: "x" } }, 'options.deadlines.totalMs: must be milliseconds above 0, not "x"'],
    [{ deadlines: { totalMs: -1 } }, "options.deadlines.totalMs: must be milliseconds above 0, not -1"],
    [{ deadlines: { total: 1 } }, "options.deadlines.total: no such field; there are connectMs, firstEventMs"],
    [{ retry: "x" }, 'options.retry: must be an object, not "x"'],
    [{ retry: { attempts: 0 } }, "options.retry.attempts: must be a whole number above 0, not 0"],
    [{ retry: { firstMs: Number.NaN } }, "options.retry.firstMs: must be milliseconds, 0 or more, not NaN"],
    [{ retry: { times: 3 } }, "options.retry.times: no such field; there are attempts, firstMs, longestMs"],
    [{ providers: {} }, "options.providers: must be a list of providers, not an object"],
    [{ providers: [null] }, "options.providers.0: must be a provider, not null"],
    [{ providers: [{}] }, "options.providers.0.apiVersion: is missing; it must be 1"],
    [{ providers: [provider({ apiVersion: 2 })] }, "options.providers.0.apiVersion: must be 1, the version that this"],
    [{ providers: [provider({ name: "" })] }, 'options.providers.0.name: must be a name, not ""'],
    [{ providers: [provider({ kind: "llm" })] }, "options.providers.0.kind: must be one of model, agent"],
    [{ providers: [provider({ turn: undefined })] }, "options.providers.0.turn: is missing; it must be a function"],
    [{ providers: [provider({ describe: 1 })] }, "options.providers.0.describe: must be a function, not 1"],
    [{ verifiers: judge }, "options.verifiers: must be a list of verifiers"],
    [{ verifiers: [{ name: "x" }] }, "options.verifiers.0.apiVersion: is missing; it must be 1"],
    [{ verifiers: [{ ...judge, apiVersion: 2 }] }, "options.verifiers.0.apiVersion: must be 1, the version that this"],
    [{ verifiers: [{ ...judge, verify: {} }] }, "options.verifiers.0.verify: must be a function, not an object"],
    [{ tools: {} }, "options.tools: must be a list of tools, not an object"],
    [{ tools: [{ name: "x" }] }, "options.tools.0.description: is missing; it must say what the tool does"],
    [{ tools: [{ ...tool, input: { type: "object" } }] }, "options.tools.0.input: must be a zod object, not an object"],
    [{ tools: [{ ...tool, effect: "look" }] }, "options.tools.0.effect: must be one of read, write, execute"],
    [{ tools: [{ ...tool, run: 1 }] }, "options.tools.0.run: must be a function, not 1"],
  ];
  it.each(options)("%o", async (given, says) => {
    const doors: (() => Promise<unknown>)[] = [
      async () => (typeof given === "object" && given ? runWith(given) : run({}, given)),
      async () => compare({ repo: bench.repository.path, prompt: "Do it" }, ["scripted:m"], given as Anything),
    ];
    for (const door of doors) {
      const error = await refusal(door);
      expect(error).toMatchObject({ code: "invalid-spec", message: expect.stringContaining(says) });
      await expectNothing();
    }
  });

  it("what is given is used as it is: the same objects, absent where it is undefined", async () => {
    const seen: unknown[] = [];
    class Mine implements Provider {
      readonly apiVersion = 1;
      readonly name = "mine";
      readonly kind = "model";
      readonly #turns = scriptedProvider({ turns: [write("a.py"), done] });
      turn(request: Parameters<Provider["turn"]>[0]): ReturnType<Provider["turn"]> {
        seen.push(this);
        return this.#turns.turn(request);
      }
    }
    const mine = new Mine();
    const outcome = (await runWith(
      {
        providers: [mine],
        deadlines: { totalMs: undefined, connectMs: Infinity },
        retry: { attempts: undefined },
        signal: undefined,
        tools: [tool],
      },
      { model: "mine:m" },
    )) as Outcome;
    expect(outcome.error).toBeUndefined();
    expect(seen).toEqual([mine, mine]);
    expect(seen[0]).toBe(mine);
  });

  it("a folder to look for packages in may be a relative path", async () => {
    const error = await refusal(async () => runWith({ resolveFrom: "nowhere" }, { model: "nobody:m" }));
    expect(error.code).toBe("unknown-provider");
  });
});

describe("a verifier that is asked about its options", () => {
  const asked = (check: NonNullable<Verifier["check"]>): Promise<unknown> =>
    runWith(
      {
        verifiers: [{ ...judge, check }],
        providers: [scriptedProvider({ turns: [] })],
        deadlines: { connectMs: 10, graceMs: 0 },
      },
      { verify: { verifier: "judge", size: 3 } },
    );

  it("is given them without its own name, and may take its time to refuse them", async () => {
    const error = await refusal(async () =>
      asked(async (options) => {
        throw new Error(JSON.stringify(options));
      }),
    );
    expect(error).toMatchObject({ code: "invalid-spec", message: 'verify: {"size":3}' });
    await expectNothing();
  });

  it("and never answers holds nothing up", async () => {
    expect(await asked(async () => new Promise(() => {}))).toMatchObject({ error: { code: "provider-broken" } });
  });
});

describe("compare refuses", () => {
  it.each([
    [undefined, {}, "models: is missing; it must be a list of models"],
    ["x", {}, 'models: must be a list of models, not "x"'],
    [["scripted:m"], { concurrency: 0 }, "options.concurrency: must be a whole number above 0, not 0"],
    [["scripted:m"], { concurrency: "2" }, 'options.concurrency: must be a whole number above 0, not "2"'],
    [["scripted:m"], { worktreeroot: "" }, "options.worktreeroot: no such field; there are"],
  ])("%o with %o", async (models, options, says) => {
    const spec = { repo: bench.repository.path, prompt: "Do it" };
    const error = await refusal(async () => compare(spec, models as Anything, options as Anything));
    expect(error).toMatchObject({ code: "invalid-spec", message: expect.stringContaining(says) });
    await expectNothing();
  });
});

describe("what is no run is refused", () => {
  const doors: readonly (readonly [name: string, call: (given: Anything) => Promise<unknown>])[] = [
    ["openRun", openRun],
    ["approve", approve],
    ["reject", reject],
    ["requestChanges", async (given) => requestChanges(given, "More")],
    ["resumeTask", resumeTask],
  ];
  const repo = "/tmp";
  const id = "20200101-000000-00000000";
  const references: readonly (readonly [given: unknown, says: string])[] = [
    [undefined, "run: is missing; it must be an outcome, or { repo, id }"],
    [null, "run: must be an outcome, or { repo, id }, not null"],
    [id, `run: must be an outcome, or { repo, id }, not "${id}"`],
    [{}, "run.repo: is missing; it must be the path of a git repository, such as '.'"],
    [{ repo, id: undefined }, "run.id: is missing; it must be the id of a run, such as 2"],
    [{ repo, id: 5 }, "run.id: must be the id of a run, such as 2"],
    [{ repo, id: "../../x" }, 'not "../../x"'],
    [{ repo, id: `${id}/../${id}` }, "run.id: must be the id of a run"],
    [{ repo: 5, id }, "run.repo: must be the path of a git repository, such as '.', not 5"],
    [{ repo, id, head: 5 }, "run.head: must be the id of a commit, not 5"],
  ];
  for (const [name, call] of doors) {
    it.each(references)(`by ${name}: %o`, async (given, says) => {
      const error = await refusal(async () => call(given));
      expect(error).toMatchObject({ code: "invalid-spec", message: expect.stringContaining(says) });
    });

    it(`by ${name}, with the line that tells which runs there are`, async () => {
      const error = await refusal(async () => call({ repo: bench.repository.path, id }));
      expect(error).toMatchObject({ code: "unknown-run", message: expect.stringContaining("listRuns(repo)") });
    });
  }
});

describe("a decision with options that there are not changes nothing:", () => {
  const decisions: readonly (readonly [name: string, call: (run: Outcome) => Promise<unknown>, says: string])[] = [
    ["approve(null)", async (o) => approve(o, null as Anything), "options: must be an object, not null"],
    ["into: 5", async (o) => approve(o, { into: 5 } as Anything), "options.into: must be the name of a branch, not 5"],
    ["unverified", async (o) => approve(o, { unverified: "yes" } as Anything), "options.unverified: must be true or"],
    ["intoo", async (o) => approve(o, { intoo: "x" } as Anything), "options.intoo: no such field; there are into"],
    ["approve's events", async (o) => approve(o, { events: {} } as Anything), "options.events: must be a TaskEvents"],
    ["by: 5", async (o) => reject(o, { by: 5 } as Anything), "options.by: must be a text, not 5"],
    ["why", async (o) => reject(o, { why: "x" } as Anything), "options.why: no such field; there are by, reason"],
    ["text undefined", async (o) => requestChanges(o, undefined as Anything), "text: is missing; it must say what to"],
    ["text 5", async (o) => requestChanges(o, 5 as Anything), "text: must say what to change, not 5"],
    ["text blank", async (o) => requestChanges(o, " \n"), "text: must say what to change"],
    ["by of changes", async (o) => requestChanges(o, "x", { by: 5 } as Anything), "options.by: must be a text"],
    ["tools of changes", async (o) => requestChanges(o, "x", { tools: {} } as Anything), "options.tools: must be a"],
    ["limits", async (o) => resumeTask(o, { limits: { turns: "5" } } as Anything), "options.limits.turns: must be"],
    ["limit", async (o) => resumeTask(o, { limit: {} } as Anything), "options.limit: no such field; there are"],
    ["resume null", async (o) => resumeTask(o, null as Anything), "options: must be an object, not null"],
  ];
  it.each(decisions)("%s", async (_name, call, says) => {
    const providers = [scriptedProvider({ turns: [write("a.py"), done] })];
    const outcome = (await runWith({ providers })) as Outcome;
    const error = await refusal(async () => call(outcome));
    expect(error).toMatchObject({ code: "invalid-spec", message: expect.stringContaining(says) });
    expect(await openRun(outcome)).toMatchObject({ state: "waiting", outcome });
  });

  it("a run that is merged can't be resumed, whoever's model it was", async () => {
    const providers = [scriptedProvider({ turns: [write("a.py"), done] })];
    const outcome = (await runWith({ providers })) as Outcome;
    await approve(outcome, { unverified: true });
    expect(await refusal(async () => resumeTask(outcome))).toMatchObject({ code: "not-resumable" });
    expect(await refusal(async () => requestChanges(outcome, "More"))).toMatchObject({ code: "not-pending" });
  });
});

describe("cleanRuns removes nothing when it is asked for what there is not:", () => {
  it.each([
    [{ olderThanDays: "abc" }, 'options.olderThanDays: must be days, 0 or more, not "abc"'],
    [{ olderThanDays: -5 }, "options.olderThanDays: must be days, 0 or more, not -5"],
    [{ olderThanDays: Number.NaN }, "options.olderThanDays: must be days, 0 or more, not NaN"],
    [{ olderThanDays: null }, "options.olderThanDays: must be days, 0 or more, not null"],
    [{ olderThanDay: 30 }, "options.olderThanDay: no such field; there are olderThanDays"],
    [30, "options: must be an object, not 30"],
    [null, "options: must be an object, not null"],
  ])("%o", async (options, says) => {
    const providers = [scriptedProvider({ turns: [write("a.py"), done] })];
    const outcome = (await runWith({ providers })) as Outcome;
    await reject(outcome);
    const error = await refusal(async () => cleanRuns(bench.repository.path, options as Anything));
    expect(error).toMatchObject({ code: "invalid-spec", message: expect.stringContaining(says) });
    expect(await listRuns(bench.repository.path)).toMatchObject([{ id: outcome.id }]);
  });

  it.each([undefined, 5, ""])("a repository %o", async (repo) => {
    for (const call of [cleanRuns, listRuns] as ((repo: Anything) => Promise<unknown>)[]) {
      const error = await refusal(async () => call(repo));
      expect(error).toMatchObject({ code: "invalid-spec", message: expect.stringContaining("repo: ") });
    }
  });
});

describe("a repository that is none", () => {
  it("because it is a file", async () => {
    const file = join(bench.repository.path, "app.py");
    const says = { code: "unsupported-repo", message: expect.stringContaining(`repo: ${file} is a file`) };
    expect(await refusal(async () => runWith({}, { repo: file }))).toMatchObject(says);
    expect(await refusal(async () => listRuns(file))).toMatchObject(says);
    await expectNothing();
  });

  it("because it is bare and empty: is told to push, which works there", async () => {
    const bare = join(bench.worktreeRoot, "bare.git");
    execFileSync("git", ["init", "--quiet", "--bare", bare]);
    const { message, code } = await refusal(async () => runWith({}, { repo: bare }));
    expect([code, message]).toEqual(["unsupported-repo", expect.stringContaining(`git push ${bare} HEAD:main`)]);
    expect(message).not.toContain("--allow-empty");
  });
});

describe("a run that this very process is at work on", () => {
  it("is locked, and that is said", async () => {
    const providers = [scriptedProvider({ turns: [write("a.py"), done] })];
    const outcome = (await runWith({ providers })) as Outcome;
    const lock = join(bench.repository.path, ".git/aifactory/runs", outcome.id, "lock");
    const { thisHolder } = await import("../src/holder.js");
    await writeFile(lock, await thisHolder());
    const error = await refusal(async () => approve(outcome));
    expect(error).toMatchObject({ code: "locked", message: expect.stringContaining("This process is at work on") });
    await writeFile(lock, (await thisHolder()).replace(/^(\d*)-\d+-\d*-/, `$1-${process.ppid}--`));
    expect((await refusal(async () => approve(outcome))).message).toContain("Wait until it is done, or stop it");
  });
});
