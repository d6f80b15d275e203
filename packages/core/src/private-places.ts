import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { delimiter, dirname, join, relative } from "node:path";
import { hasSecretAddress } from "./secrecy.js";
import type { Sandbox } from "./types.js";

/** Something that is not to be seen. */
export type Place = NonNullable<Sandbox["hidden"]>[number];

/** Dot folders of a home that hold programs, caches and settings; the start files of shells do hold keys. */
const harmless = words(
  ".asdf .bun .cache .cargo .config .deno .editorconfig .fnm .ghcup .gitconfig .gitignore .gradle .julia .local .m2 .mise",
  ".node .npm .nvm .opam .pnpm-store .pnpm .pyenv .rbenv .rustup .rvm .sdkman .stack .tool-versions .volta .yarn",
);

/** Of the settings in `.config`: those that package managers need. */
const harmlessSettings = words("git mise pip pnpm pypoetry uv yarn");

/** Of the data in `.local/share` and `.local/state`: toolchains, and what they installed. */
const harmlessData = words(
  "bash-completion bun cargo coursier deno dotnet fnm fnm_multishells fonts gem ghcup go hatch man mise nix nodenv nvm",
  "opam pdm pipx pnpm poetry pypoetry pyenv python rbenv rtx ruby rustup rye stack uv virtualenv virtualenvs volta yarn zig",
);

/** Secrets that stand within harmless folders. */
const secrets = words(
  ".cargo/credentials .cargo/credentials.toml .config/git/credentials .config/pnpm/auth.ini .config/pypoetry/auth.toml",
  ".gradle/gradle.properties .m2/settings.xml .m2/settings-security.xml",
);

/** Settings that may hold secrets, besides those in `.config`. */
const settings = words(".gitconfig .cargo/config .cargo/config.toml .gradle/init.gradle");

/**
 * What a command that a model wrote has no business to see in a home: keys, logins, browsers, mail. By construction
 * everything in it that begins with a dot, but for toolchains and their caches; of their settings, what holds a login.
 */
export async function privatePlaces(home: string): Promise<readonly Place[]> {
  const namesIn = async (path: string): Promise<readonly string[]> => readdir(join(home, path)).catch(() => []);
  const others = async (path: string, known: readonly string[]): Promise<readonly string[]> =>
    (await namesIn(path)).filter((name) => !known.includes(name)).map((name) => join(path, name));
  const within = async (path: string): Promise<readonly string[]> =>
    (await namesIn(path)).map((name) => join(path, name));

  const data = [...harmlessData, ...(await installedData(home))];
  const tools = [...(await within(".cache")), ...data.map((name) => `.local/share/${name}`)];
  const toolFiles = (await Promise.all(tools.map(within))).flat();
  const settingFiles = (await Promise.all(harmlessSettings.map(async (name) => within(`.config/${name}`)))).flat();
  const withLogin = await Promise.all(
    [...settings, ...settingFiles].map(async (path) => ((await holdsLogin(join(home, path))) ? [path] : [])),
  );
  const paths = [
    ...(await others("", harmless)).filter((name) => name.startsWith(".")),
    ...(await others(".config", harmlessSettings)),
    ...(await others(".local/share", data)),
    ...(await others(".local/state", data)),
    ...toolFiles.filter((path) => /\/((stored_)?tokens?|(auth|credentials?|secrets?|cookies?)(\.\w+)?)$/i.test(path)),
    ...secrets,
    ...withLogin.flat(),
  ];
  return placesAt(paths.map((path) => join(home, path)));
}

/** Where programs on PATH are within a folder of a home that is hidden, and their libraries beside them. */
export function programPlaces(home: string, path = process.env["PATH"] ?? ""): readonly string[] {
  const isHidden = (place: string): boolean => {
    const [first = "", second = "", third = ""] = relative(home, place).split("/");
    if (first === ".config") return !harmlessSettings.includes(second);
    if (first === ".local" && /^(share|state)$/.test(second)) return !harmlessData.includes(third);
    return /^\.[^.]/.test(first) && !harmless.includes(first);
  };
  const hidden = path.split(delimiter).filter(isHidden);
  return hidden.flatMap((place) => [place, join(dirname(place), "lib")]);
}

/** Those that are there, each once. Where a link leads is what has to be hidden: bubblewrap mounts over no link. */
export async function placesAt(paths: readonly string[]): Promise<readonly Place[]> {
  const found = await Promise.all(paths.map(placeAt));
  const places = found.filter((place) => place !== undefined);
  return [...new Map(places.map((place) => [place.path, place])).values()];
}

async function placeAt(path: string): Promise<Place | undefined> {
  try {
    const real = await realpath(path);
    const facts = await stat(real);
    if (facts.isDirectory()) return { path: real, kind: "folder" };
    return facts.isFile() || facts.isSocket() ? { path: real, kind: "file" } : undefined;
  } catch {
    return undefined;
  }
}

/** What of `.local/share` the links in `.local/bin` lead to: programs that were installed there. */
async function installedData(home: string): Promise<readonly string[]> {
  const bin = join(home, ".local/bin");
  const share = await realpath(join(home, ".local/share")).catch(() => "");
  const names = await readdir(bin).catch(() => []);
  const targets = await Promise.all(names.map(async (name) => realpath(join(bin, name)).catch(() => "")));
  return targets
    .filter((target) => share !== "" && target.startsWith(`${share}/`))
    .map((target) => firstIn(share, target));
}

function firstIn(folder: string, path: string): string {
  return relative(folder, path).split("/")[0] ?? "";
}

/** Whether a file of settings has an address with a login in it, or a line that sets a token or a password. */
async function holdsLogin(path: string): Promise<boolean> {
  const text = await readFile(path, "utf8").catch(() => "");
  const set =
    /(token|password|passwd|secret|(api|access|private)[_-]?key|extraheader)["'\]]*[ \t]*[=:][ \t]*["']?[^\s"'#;]/i;
  return set.test(text) || hasSecretAddress(text);
}

function words(...lines: readonly string[]): readonly string[] {
  return lines.flatMap((line) => line.split(" "));
}
