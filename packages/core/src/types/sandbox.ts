/** What a command in a sandbox may see and do. Paths are absolute and the same inside as outside. */
export interface Sandbox {
  /**
   * `strict`: for code that nobody trusts. It sees the system's programs, an empty /tmp and what is listed, nothing else of
   * the disk, no other process, and, as root, keeps only the rights to give up being root.
   * `loose`: for tools and agents. It can read what its user can, but for what is hidden, and write only what is listed.
   */
  readonly view: "strict" | "loose";
  /** Further paths to read, also within hidden ones. What does not exist is left out. */
  readonly readable?: readonly string[];
  /** Paths to read and write. They must exist. */
  readonly writable: readonly string[];
  /** Paths of which the `loose` view shows nothing; a `file` may be a socket. What does not exist is left out. */
  readonly hidden?: readonly { readonly path: string; readonly kind: "folder" | "file" }[];
  /** An empty file, which is shown instead of a hidden one: git and cargo end over settings that can't be opened. Absent: they can't. */
  readonly empty?: string;
  /** The folder that is /tmp in the `loose` view. Absent: /tmp can be read there and not written. */
  readonly temporary?: string;
  /** Default false: only the loopback interface, which is the sandbox's own. */
  readonly network?: boolean;
  /** Bytes that /tmp may hold in the `strict` view. Default 512 MiB. */
  readonly temporaryBytes?: number;
}
