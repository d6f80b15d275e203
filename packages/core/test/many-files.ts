import type { TemporaryRepository } from "@aifactory/core/testing";
import { git } from "@aifactory/core/git";

const perFolder = 1_000;

/** A branch `many` with so many files of one line, a thousand to a folder. It is made without one of them on disk. */
export async function commitMany(repository: TemporaryRepository, files: number): Promise<void> {
  const place = { cwd: repository.path };
  const blob = await git(place, ["hash-object", "-w", "--stdin"], { input: "x = 1\n" });
  const tree = async (entry: string, count: number, ending: string): Promise<string> =>
    git(place, ["mktree"], {
      input: Array.from({ length: count }, (_, at) => `${entry}\t${String(at).padStart(6, "0")}${ending}\n`).join(""),
    });
  const inner = await tree(`100644 blob ${blob}`, Math.min(files, perFolder), ".py");
  const outer = await tree(`040000 tree ${inner}`, Math.ceil(files / perFolder), "");
  const commit = await git(place, ["commit-tree", "-m", "Many", outer]);
  await repository.git("update-ref", "refs/heads/many", commit);
}
