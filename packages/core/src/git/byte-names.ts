import { printable } from "../output.js";

/**
 * A path as git and the file system have it: bytes, one character each (latin1). Read as text, a path that is no UTF-8 would
 * be another path.
 */
export type ByteName = string;

/** A path that we made, or were given as text. */
export function toByteName(path: string): ByteName {
  return Buffer.from(path).toString("latin1");
}

/** What functions of `node:fs` take. */
export function fileOf(name: ByteName): Buffer {
  return Buffer.from(name, "latin1");
}

/** As text, where it is UTF-8. */
export function textOf(name: ByteName): string {
  return fileOf(name).toString();
}

/** For people, on one line. */
export function shownName(name: ByteName): string {
  return printable(textOf(name));
}
