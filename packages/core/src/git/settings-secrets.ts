import { secretsIn } from "../environment.js";
import { tryGit } from "../git.js";
import { isRandom } from "../secrecy.js";
import type { GitPlace } from "../types.js";

/**
 * What is secret in a repository's own settings: logins in addresses, headers that are sent along (a checkout in CI keeps
 * its token in one), and values whose names say so.
 */
export async function secretsInSettings(place: GitPlace): Promise<readonly string[]> {
  const { stdout } = await tryGit(place, ["config", "--list", "--includes", "-z"]);
  const settings = stdout.split("\0").map((line) => line.split(/\n(.*)/s, 2));
  return settings.flatMap(([name = "", value = ""]) => {
    if (name.endsWith(".extraheader")) return secretsInHeader(value);
    return name === "user.signingkey" ? [] : secretsIn(value, name);
  });
}

/** Of `authorization: basic <user:password in base64>` both forms. */
function secretsInHeader(header: string): readonly string[] {
  const word = header.trim().split(/\s/).at(-1) ?? "";
  const [, password = ""] = Buffer.from(word, "base64").toString().split(/:(.*)/s, 2);
  return [word, password].filter(isRandom);
}
