import { readdir, readFile, realpath } from "node:fs/promises";
import { type Place, placesAt } from "./private-places.js";

/** Secrets of the machine, which a root could read. */
const secrets = "/etc/shadow /etc/shadow- /etc/gshadow /etc/gshadow- /etc/sudoers /etc/ssl/private".split(" ");

/** Where services have their sockets. */
const services = ["/run", "/var/run"];

/** What of them programs need: where NixOS and Guix have theirs. */
const programs = ["/run/current-system", "/run/opengl-driver"];

/**
 * What commands are not to see of the machine: its secrets, and the sockets of its services, which do for whoever reaches
 * them what they may do themselves. A network of one's own does not keep from these.
 */
export async function machinePlaces(): Promise<readonly Place[]> {
  const names = await readdir("/etc/ssh").catch(() => []);
  const keys = names.filter((name) => /^ssh_host_.*_key$/.test(name)).map((name) => `/etc/ssh/${name}`);
  const folders = await placesAt(services);
  // In a sandbox these two are its own.
  const covered = [...folders.map(({ path }) => path), "/tmp", "/dev"];
  const elsewhere = (await placesAt(await socketPaths())).filter(
    ({ path, kind }) => kind === "file" && !covered.some((folder) => path.startsWith(`${folder}/`)),
  );
  return [...(await placesAt([...secrets, ...keys])), ...folders, ...elsewhere];
}

/** What commands need of the places that are hidden: programs and, with a network, where names are looked up. */
export async function neededPlaces(network: boolean): Promise<readonly string[]> {
  if (!network) return programs;
  const names = await realpath("/etc/resolv.conf").catch(() => "/etc/resolv.conf");
  return [...programs, "/run/systemd/resolve", names];
}

/** All sockets that have a path. https://man7.org/linux/man-pages/man5/proc_net_unix.5.html */
async function socketPaths(): Promise<readonly string[]> {
  const table = await readFile("/proc/net/unix", "utf8").catch(() => "");
  const paths = table.split("\n").map((line) => /^(?:\S+ +){7}(\/.*)$/.exec(line)?.[1]);
  return [...new Set(paths.filter((path) => path !== undefined))];
}
