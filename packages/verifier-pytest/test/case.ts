import { randomUUID } from "node:crypto";
import type { VerdictStatus } from "@aifactory/core";
import { git } from "@aifactory/core/git";
import { temporaryRepository } from "@aifactory/core/testing";

/** A file's text, a link to somewhere, a program, or null: the file goes. */
export type Entry = string | { readonly link: string } | { readonly program: string } | null;

/** Files by path. */
export type Tree = { readonly [path: string]: Entry };

/** A small repository with two commits, and what a verifier must say of the second. */
export interface Case {
  readonly name: string;
  readonly base: Tree;
  /** What the second commit changes. */
  readonly head: Tree;
  /** One of these. */
  readonly expect: VerdictStatus | readonly VerdictStatus[];
  /** A finding that must be among the verdict's. */
  readonly finding?: string;
  /** Acceptance tests of the user's, which lie outside of the repository. */
  readonly acceptance?: { readonly [name: string]: string };
  /** Options of the verifier. */
  readonly options?: { readonly [option: string]: unknown };
}

/** Where a case's two commits are. */
export interface MadeCase {
  readonly repo: string;
  readonly base: string;
  readonly head: string;
}

let shared: ReturnType<typeof temporaryRepository> | undefined;

/** Makes the commits of a case with real git, on a branch of their own in one repository for all of them. */
export async function makeCase({ base, head }: Pick<Case, "base" | "head">): Promise<MadeCase> {
  const { path } = await (shared ??= temporaryRepository());
  const branch = randomUUID();
  const input = [base, head].map((tree, index) => commit(branch, index + 1, tree)).join("");
  const [first = "", second = ""] = (await git({ cwd: path }, ["fast-import", "--quiet"], { input })).split("\n");
  return { repo: path, base: first, head: second };
}

/** Removes the repository of this process's cases. Vitest ends its workers without a word: each suite asks for it at its end. */
export async function removeCases(): Promise<void> {
  const repository = await shared;
  shared = undefined;
  await repository?.remove();
}

/** A commit as git fast-import reads it; it answers with its id. */
function commit(branch: string, mark: number, tree: Tree): string {
  const files = Object.entries(tree).map(([path, entry]) => {
    if (entry === null) return `D ${path}\n`;
    if (typeof entry === "string") return file("100644", path, entry);
    return "link" in entry ? file("120000", path, entry.link) : file("100755", path, entry.program);
  });
  const about = `commit refs/heads/${branch}\nmark :${mark}\ncommitter Ada <ada@example.invalid> 0 +0000\n${data("Change")}`;
  return `${about}${files.join("")}\nget-mark :${mark}\n`;
}

function file(mode: string, path: string, content: string): string {
  return `M ${mode} inline ${path}\n${data(content)}`;
}

function data(content: string): string {
  return `data ${Buffer.byteLength(content)}\n${content}\n`;
}
