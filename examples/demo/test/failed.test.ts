import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { git } from "@aifactory/core/git";
import { expect, it } from "vitest";
import { demoRepository } from "../repository.js";
import { demoFolder, screen, startDemo, type } from "./start-demo.js";

const noGame = `import importlib.util


def test_there_is_no_game() -> None:
    assert importlib.util.find_spec("app.tictactoe") is None
`;

it("a failed verdict is merged with --unverified only, as the last screen says", async () => {
  const repo = await demoRepository(await demoFolder());
  await writeFile(join(repo, "tests/test_no_game.py"), noGame);
  await git({ cwd: repo }, ["add", "--all"]);
  await git({ cwd: repo }, ["commit", "--quiet", "--message=No game"]);

  const last = await screen(startDemo("main.ts", "--repo", repo));
  expect(last).toContain("Verdict  failed");
  expect(last).not.toMatch(/^Resume/m);
  expect(await type("Look", last)).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining("b/app/tictactoe.py"),
  });
  const verified = await type("Approve", last.replace(" --unverified", ""));
  expect(verified).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("the same line with --unverified") });
  expect(await type("Approve", last)).toMatchObject({ exitCode: 0 });
}, 240_000);
