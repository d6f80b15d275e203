import { join } from "node:path";
import type { Refs } from "../git-state.js";
import { readRecord, runDirectory } from "../journal.js";
import { isHeld } from "../lock.js";
import type { Repository } from "../repository.js";

/** Where refs stood, and where they stand. */
export interface Moments {
  readonly before: Refs;
  readonly now: Refs;
}

/**
 * Leaves out what runs do with their own branches. The branch of one that nobody is at work on is where its journal says, and is
 * told from there: another run's program has moved it, or somebody has.
 *
 * @param own The run that is at work.
 */
export async function withoutRuns({ commonDir }: Repository, own: string, { before, now }: Moments): Promise<Moments> {
  const [were, are] = [new Map(before), new Map(now)];
  for (const ref of new Set([...before.keys(), ...now.keys()])) {
    const id = /^refs\/heads\/aifactory\/(.+)$/.exec(ref)?.[1];
    if (id === undefined || before.get(ref) === now.get(ref)) continue;
    const left = id === own ? undefined : await leftAt(runDirectory(commonDir, id), id);
    if (left === undefined) {
      were.delete(ref);
      are.delete(ref);
    } else were.set(ref, left);
  }
  return { before: were, now: are };
}

/** The commit at which a run left its branch; undefined where it has none, is at work, or there is no such run. */
async function leftAt(directory: string, id: string): Promise<string | undefined> {
  if (await isHeld(join(directory, "lock"))) return undefined;
  const record = await readRecord(directory).catch(() => undefined);
  return record?.branch === `aifactory/${id}` && record.head !== record.base ? record.head : undefined;
}
