import { mkdir, readdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { attack, command } from "./hostile-model.js";
import { workbench, write } from "./workbench.js";

const bench = workbench();

for (const sandbox of ["auto", "none"] as const) {
  it(`a folder for worktrees that is behind a symlink is like any other (sandbox: ${sandbox})`, async () => {
    const real = join(bench.worktreeRoot, "real");
    const worktreeRoot = join(bench.worktreeRoot, "link");
    await mkdir(real);
    await symlink(real, worktreeRoot);
    const listed = { calls: [{ name: "list_files", input: {} }] };
    const read = { calls: [{ name: "read_file", input: { path: "b.py" } }] };
    const turns = [write("a.py"), command("echo 2 > b.py && git status --short"), listed, read];
    const { outcome, told } = await attack(bench, turns, { sandbox }, { worktreeRoot });
    expect(outcome).toMatchObject({ status: "ready", stat: { files: 3 } });
    expect(told[0]).toBe("Wrote a.py (2 lines).");
    expect(told[1]).toContain("?? b.py");
    expect(told[2]).toBe("a.py\napp.py\nb.py");
    expect(told[3]).toBe("2");
    expect((await readdir(real, { recursive: true })).filter((path) => path.includes("/"))).toEqual([]);
  });
}
