import { hasSecretAddress, isRandom, secretsInAddress, soundsSecret } from "./secrecy.js";

/** Environment variables of a child process, complete: nothing else is inherited. */
export type Environment = { readonly [name: string]: string };

/** What every child may know: where programs are, who and where the user is, language and time zone. */
const always = [
  "PATH",
  "HOME",
  "USER",
  "LOGNAME",
  "SHELL",
  "LANG",
  "LANGUAGE",
  "LC_*",
  "TZ",
  "TMPDIR",
  "TEMP",
  "TMP",
  "TERM",
  "SYSTEMROOT",
  "COMSPEC",
  "PATHEXT",
] as const;

/** No child may ever stop to ask a person something. */
const headless: Environment = {
  GIT_TERMINAL_PROMPT: "0",
  GH_PROMPT_DISABLED: "1",
  PAGER: "cat",
  GIT_PAGER: "cat",
  NO_COLOR: "1",
};

/**
 * The environment for a child, made from an allow-list: API keys, tokens, log switches and agent sockets of the user stay
 * out. A variable stays out too whose value is an address with a user, a password or a token in it.
 *
 * @param extra Variables to set; they win over the inherited ones.
 * @param inherit Further names to let through; a trailing `*` matches any ending that does not sound like a login.
 */
export function childEnvironment(extra: Environment = {}, inherit: readonly string[] = []): Environment {
  const allowed = [...always, ...inherit];
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && allowed.some((pattern) => matches(pattern, name)) && !hasSecretAddress(value)) {
      environment[name] = value;
    }
  }
  return { ...environment, ...headless, ...extra };
}

function matches(pattern: string, name: string): boolean {
  return pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) && !isLogin(name) : name === pattern;
}

/** Package managers have both their settings and their logins under one prefix; a token may stand as the user's name. */
function isLogin(name: string): boolean {
  return soundsSecret(name) || /USERNAME$/i.test(name);
}

/**
 * The values whose names say that they are secrets, and what is secret in addresses, at any depth: of variables, of
 * files, of a message.
 *
 * @returns None that could be ordinary words.
 */
export function secretsIn(values: unknown, name = ""): readonly string[] {
  if (typeof values === "string") {
    if (soundsSecret(name)) return isRandom(values) ? [values] : [];
    return hasSecretAddress(values) ? secretsInAddress(values).filter(isRandom) : [];
  }
  if (typeof values !== "object" || values === null) return [];
  return Object.entries(values).flatMap(([key, value]) => secretsIn(value, key));
}
