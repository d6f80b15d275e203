import { statfsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { describe, expect, it } from "vitest";
import { attack } from "../hostile-model.js";
import { commitMany } from "../many-files.js";
import { workbench } from "../workbench.js";

const million = 1_000_000;
const bench = workbench();
const why = lacksRoom();

/** @returns Why not; empty when a million files of a block each fit twice. */
function lacksRoom(): string {
  const { bavail, bsize, files, ffree } = statfsSync(tmpdir());
  if (bavail * bsize < 2 * million * 4_096) return ", skipped because there is no room for them";
  // Some file systems count no files.
  return files > 0 && ffree < 2 * million ? ", skipped because the file system can't hold so many" : "";
}

describe.skipIf(why !== "")(`a million files${why}`, () => {
  it("are worked in, listed and searched within bounds, and gone afterwards", { timeout: 600_000 }, async () => {
    const { repository, worktreeRoot } = bench;
    await commitMany(repository, million);
    const looks = [
      { name: "list_files", input: {} },
      { name: "search_files", input: { pattern: "x = 1", literal: true } },
      { name: "read_file", input: { path: "000999/000999.py" } },
      { name: "edit_file", input: { path: "000500/000500.py", old_text: "x = 1", new_text: "x = 2" } },
    ];
    const { outcome, told } = await attack(bench, [{ calls: looks }], { base: "many" });
    expect(outcome).toMatchObject({ status: "ready", stat: { files: 2, insertions: 2, deletions: 1 }, notices: [] });
    // A machine that is busy with other tests may need longer than a tool may take: then that is told.
    expect(told[0]).toMatch(/1000 of 1000000 files|did not end within \d+ seconds/);
    expect(told[1]).toMatch(/200 of 1000000 matches|took longer than \d+ seconds and was stopped/);
    expect(told[2]).toBe("x = 1");
    expect(await repository.git("diff", "--name-only", "many", outcome.branch)).toBe("000500/000500.py\ndone.py");
    expect(await readdir(worktreeRoot)).toEqual([]);
    expect(await repository.status()).toBe("");
  });
});
