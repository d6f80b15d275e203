import { z } from "zod";
import { repositoryPath, text } from "./input.js";
import { runId } from "./journal/ours.js";
import type { Outcome } from "./outcome.js";

/** A run: its outcome, or its repository and id, from any process. With `head`, a decision on it is one on that commit. */
export type RunReference = Pick<Outcome, "repo" | "id"> & Partial<Pick<Outcome, "head">>;

const idWords = "must be the id of a run, such as 20261126-211500-1a2b3c4d";

/** The same as it comes in. Its id becomes a part of paths. */
export const givenRun = z.object(
  {
    repo: repositoryPath,
    id: z.string(idWords).regex(runId, idWords),
    head: text("must be the id of a commit").optional(),
  } satisfies Record<keyof RunReference, unknown>,
  "must be an outcome, or { repo, id }",
);
