import { existsSync } from "node:fs";
import type { Command } from "./process.js";
import type { Sandbox } from "./types.js";

export type { Sandbox } from "./types.js";

/** Whether commands can be shut in on this machine. */
export type SandboxProbe = { readonly kind: "bubblewrap" } | { readonly kind: "none"; readonly reason: string };

let probed: Promise<SandboxProbe> | undefined;

/** Finds out, once per process and by really running something, whether `sandboxed` works here. Never rejects. */
export async function probeSandbox(): Promise<SandboxProbe> {
  return (probed ??= probe());
}

/**
 * The same command inside bubblewrap (https://github.com/containers/bubblewrap). It does not look whether that is there:
 * `probeSandbox` does. The environment is the command's own; a `strict` command without one gets only `PATH`.
 */
export function sandboxed(command: Command, sandbox: Sandbox): Command {
  const { cwd, args = [], ...rest } = command;
  const strict = sandbox.view === "strict";
  return {
    ...rest,
    ...(strict && { env: command.env ?? { PATH: systemPath } }),
    command: "bwrap",
    args: [
      "--die-with-parent",
      "--new-session",
      "--unshare-pid",
      "--unshare-ipc",
      ...(sandbox.network ? [] : ["--unshare-net"]),
      ...(strict ? strictView(sandbox) : looseView(sandbox, command.env?.["TMPDIR"])),
      ...sandbox.writable.flatMap((path) => [...(strict ? openParents(path) : []), "--bind", path, path]),
      ...(cwd === undefined ? [] : ["--chdir", cwd]),
      "--",
      command.command,
      ...args,
    ],
  };
}

const systemPath = "/usr/local/bin:/usr/bin:/bin";

/** Where programs and their libraries are, and the few settings without which many do not start. */
const systemPaths = [
  "/usr /bin /sbin /lib /lib32 /lib64 /nix/store",
  "/etc/ld.so.cache /etc/ld.so.conf /etc/ld.so.conf.d /etc/alternatives /etc/ssl /etc/hosts",
  "/etc/nsswitch.conf /etc/localtime /etc/mime.types /etc/passwd /etc/group",
].flatMap((paths) => paths.split(" "));

function strictView({ readable = [], temporaryBytes = 512 * 1024 * 1024 }: Sandbox): string[] {
  return [
    "--unshare-uts",
    "--unshare-cgroup-try",
    // A user namespace takes root's limit of processes away with it: root drops its rights by itself (see `privileges`).
    ...(isRoot() ? ["--cap-drop", "ALL", ...privileges] : ["--unshare-user", "--cap-drop", "ALL"]),
    ...systemPaths.flatMap((path) => ["--ro-bind-try", path, path]),
    ..."--proc /proc --dev /dev".split(" "),
    // Shared memory is for everybody too: Python's multiprocessing keeps its locks there.
    ...["/tmp", "/dev/shm"].flatMap((path) => ["--perms", "1777", "--size", String(temporaryBytes), "--tmpfs", path]),
    ...readable.flatMap((path) => [...openParents(path), "--ro-bind-try", path, path]),
  ].concat(["--setenv", "TMPDIR", "/tmp"]);
}

function looseView(
  { hidden = [], readable = [], writable, temporary, empty = "/dev/null" }: Sandbox,
  own = "",
): string[] {
  const hasOwn = writable.some((path) => own.startsWith(`${path}/`));
  return [
    // Root could take the write protection off again.
    ...(isRoot() ? ["--cap-drop", "ALL", ...ownership] : []),
    ..."--ro-bind / / --dev /dev --proc /proc --tmpfs /dev/shm".split(" "),
    ...(temporary === undefined ? [] : ["--bind", temporary, "/tmp"]),
    // A temporary folder that the command brings along stays its own.
    ...(temporary === undefined || hasOwn ? [] : ["--setenv", "TMPDIR", "/tmp"]),
    // What has gone by now, as a socket may, can't be mounted over.
    ...hidden.flatMap(({ path, kind }) => {
      if (!existsSync(path)) return [];
      return kind === "folder" ? ["--perms", "0700", "--tmpfs", path] : ["--ro-bind", empty, path];
    }),
    ...readable.flatMap((path) => ["--ro-bind-try", path, path]),
  ];
}

/** What root needs to install packages, to work on files of others, and to shut in what it starts itself (the last one). */
const ownership = ["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_SETFCAP"].flatMap((name) => ["--cap-add", name]);

// What a root needs to become somebody else, before it runs anything that is not trusted.
const privileges = ["CAP_SETUID", "CAP_SETGID", "CAP_CHOWN"].flatMap((name) => ["--cap-add", name]);

/** Folders that bubblewrap makes on the way to a mount are for their owner alone, which is not who the command ends as. */
function openParents(path: string): string[] {
  const parts = path.split("/").slice(1, -1);
  return parts.flatMap((_, index) => ["--perms", "0755", "--dir", `/${parts.slice(0, index + 1).join("/")}`]);
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

async function probe(): Promise<SandboxProbe> {
  if (process.platform !== "linux") return { kind: "none", reason: `bubblewrap does not run on ${process.platform}` };
  const { run } = await import("./process.js");
  const command = { command: "true", env: { PATH: systemPath }, timeoutMs: 10_000, graceMs: 100 };
  try {
    for (const view of ["strict", "loose"] as const) {
      const { exitCode, stderr } = await run(sandboxed(command, { view, writable: [] }));
      if (exitCode !== 0)
        return {
          kind: "none",
          reason: stderr.trim().split("\n")[0] || `bwrap ended with ${exitCode}`,
        };
    }
    return { kind: "bubblewrap" };
  } catch {
    return {
      kind: "none",
      reason: "bwrap is not installed (Debian and Ubuntu: apt install bubblewrap)",
    };
  }
}
