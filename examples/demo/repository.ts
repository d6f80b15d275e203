import { cp, mkdir, mkdtemp, readdir, readFile, realpath } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { git } from "@aifactory/core/git";

const template = new URL("../tictactoe/", import.meta.url);

/** The task, as it is given to a model. */
export async function task(): Promise<string> {
  return readFile(new URL("TASK.md", template), "utf8");
}

/** A git repository with the demo's application in it; one that stands in the folder already is used as it is. */
export async function demoRepository(folder?: string): Promise<string> {
  const path = folder ?? (await mkdtemp(join(tmpdir(), "aifactory-demo-")));
  await mkdir(path, { recursive: true });
  const repo = await realpath(path);
  if ((await readdir(repo)).length > 0) return repo;
  await cp(template, repo, { recursive: true, filter: (from) => !/node_modules|__pycache__|TASK\.md/.test(from) });
  await git({ cwd: repo }, ["init", "--quiet", "--initial-branch=main"]);
  await git({ cwd: repo }, ["add", "--all"]);
  await git({ cwd: repo }, ["commit", "--quiet", "--message=A small FastAPI application"]);
  return repo;
}
