import { readdir, realpath, stat } from "node:fs/promises";
import { delimiter, dirname, join, relative } from "node:path";
import type { Sandbox } from "./types.js";

/** Dot folders of a home that hold programs, caches and settings, and no secrets. */
const harmless = [
  ".asdf .bashrc .bash_profile .bun .cache .cargo .config .deno .editorconfig .fnm .ghcup .gitconfig .gitignore .gradle",
  ".julia .local .m2 .mise .node .npm .nvm .opam .pnpm-store .pnpm .profile .pyenv .rbenv .rustup .rvm .sdkman .stack",
  ".tool-versions .volta .yarn .zprofile .zshenv .zshrc",
].flatMap((names) => names.split(" "));

/** Of the settings in `.config`: those that package managers need. */
const harmlessSettings = ["git", "mise", "pip", "pnpm", "pypoetry", "uv", "yarn"];

/** Secrets that stand within harmless folders. */
const secrets = [
  ".cargo/credentials .cargo/credentials.toml .config/git/credentials .config/pypoetry/auth.toml",
  ".gradle/gradle.properties .local/share/keyrings .m2/settings.xml .m2/settings-security.xml",
].flatMap((paths) => paths.split(" "));

/** Secrets of the machine, which a root could read. */
const machine = "/etc/shadow /etc/shadow- /etc/gshadow /etc/gshadow- /etc/sudoers /etc/ssl/private".split(" ");

/** Those that are there. */
export async function machinePlaces(): Promise<NonNullable<Sandbox["hidden"]>> {
  const names = await readdir("/etc/ssh").catch(() => []);
  const keys = names.filter((name) => /^ssh_host_.*_key$/.test(name)).map((name) => `/etc/ssh/${name}`);
  const found = await Promise.all([...machine, ...keys].map(placeAt));
  return found.filter((place) => place !== undefined);
}

/**
 * What a command that a model wrote has no business to see in a home: keys, logins, browsers, mail. By construction
 * everything in it that begins with a dot, but for toolchains and their caches.
 */
export async function privatePlaces(home: string): Promise<NonNullable<Sandbox["hidden"]>> {
  const names = await readdir(home).catch(() => []);
  const settings = await readdir(join(home, ".config")).catch(() => []);
  const paths = [
    ...names.filter((name) => name.startsWith(".") && !harmless.includes(name)),
    ...settings.filter((name) => !harmlessSettings.includes(name)).map((name) => `.config/${name}`),
    ...secrets,
  ];
  const found = await Promise.all(paths.map(async (path) => placeAt(join(home, path))));
  return found.filter((place) => place !== undefined);
}

/** Where programs on PATH are within a folder of a home that is hidden, and their libraries beside them. */
export function programPlaces(home: string, path = process.env["PATH"] ?? ""): readonly string[] {
  const isHidden = (place: string): boolean => {
    const [first = ""] = relative(home, place).split("/");
    return /^\.[^.]/.test(first) && !harmless.includes(first);
  };
  const hidden = path.split(delimiter).filter(isHidden);
  return hidden.flatMap((place) => [place, join(dirname(place), "lib")]);
}

/** Where a link leads is what has to be hidden: bubblewrap mounts over no link. */
async function placeAt(path: string): Promise<NonNullable<Sandbox["hidden"]>[number] | undefined> {
  try {
    const real = await realpath(path);
    const facts = await stat(real);
    if (facts.isDirectory()) return { path: real, kind: "folder" };
    return facts.isFile() ? { path: real, kind: "file" } : undefined;
  } catch {
    return undefined;
  }
}
