import { randomBytes } from "node:crypto";
import type { Verdict, Verifier, VerifyRequest } from "../../types.js";
import { type Files, temporaryRepository, type TemporaryRepository } from "../temporary-repository.js";

/** What the tests of a change do, in the words of no test runner. */
export type VerifierScene =
  /** They pass, and one of them is new and fails without the change. */
  | "passes"
  /** One fails. */
  | "fails"
  /** There are none. */
  | "no-tests"
  /** One starts a program whose command line has the mark in it, and waits for ever. */
  | "hangs"
  /** Like `passes`, if the environment variable `VERIFIER_SECRET` is not to be seen; else one fails. */
  | "looks-for-secret";

/** A small project before and after a change. The files of `head` are written over those of `base`. */
export interface SceneFiles {
  readonly base: Files;
  readonly head: Files;
}

/** What a verifier brings to its contract. */
export interface VerifierSubject {
  /** A new verifier. */
  readonly make: () => Verifier;
  /** Options of every verification, such as a folder for a cache. */
  readonly options?: VerifyRequest["options"];
  /** Options under which a verification that hangs ends within ten seconds or so. */
  readonly shortly: VerifyRequest["options"];
  readonly files: (scene: VerifierScene, mark: string) => SceneFiles;
}

/** A scene in a repository of its own. */
export interface MadeScene {
  readonly repository: TemporaryRepository;
  readonly base: string;
  readonly head: string;
  readonly mark: string;
}

/** What a behaviour works with. */
export interface Bench extends VerifierSubject {
  /** Milliseconds after which a verification that should have ended counts as hanging. */
  readonly patienceMs: number;
  scene(scene: VerifierScene, folder?: string): Promise<MadeScene>;
  verify(made: MadeScene, changes?: Partial<VerifyRequest>): Promise<Verdict>;
}

/** One thing that every verifier must do. */
export interface VerifierBehaviour {
  readonly name: string;
  /** Rejects with what was wrong. */
  run(bench: Bench): Promise<void>;
}

/** Runs one behaviour and removes its repositories. Rejects with what was wrong. */
export async function runVerifierBehaviour(
  behaviour: VerifierBehaviour,
  subject: VerifierSubject,
  patienceMs = 60_000,
): Promise<void> {
  const made: TemporaryRepository[] = [];
  try {
    await behaviour.run({
      ...subject,
      patienceMs,
      async scene(scene, folder = "repository") {
        const mark = `mark${randomBytes(8).toString("hex")}`;
        const files = subject.files(scene, mark);
        const repository = await temporaryRepository({ files: { "README.md": "# A\n", ...files.base }, folder });
        made.push(repository);
        const base = await repository.head();
        return { repository, base, head: await repository.commit("Change", files.head), mark };
      },
      verify: async ({ repository, base, head }, changes = {}) =>
        subject.make().verify({
          repo: repository.path,
          base,
          head,
          options: subject.options ?? {},
          signal: new AbortController().signal,
          ...changes,
        }),
    });
  } finally {
    for (const repository of made) await repository.remove();
  }
}
