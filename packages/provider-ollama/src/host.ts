import { isIPv6 } from "node:net";

/**
 * Where Ollama listens, from a value as `OLLAMA_HOST` takes it. The rules are those of Ollama's own `envconfig` package:
 * quotes and spaces around it don't count, without a scheme the port is 11434, with one it is the scheme's own, a port
 * that is none is ignored, a path is kept. Addresses that mean "every interface" to a server mean this machine to a client.
 *
 * @returns A URL without a slash at the end.
 */
export function hostUrl(value: string | undefined): string {
  const text = (value ?? "")
    .trim()
    .replace(/^["']+|["']+$/g, "")
    .trim();
  const { scheme, rest } = withScheme(text);
  const [authority = "", ...path] = rest.split("/");
  const defaultPort = { http: "80", https: "443" }[scheme ?? ""] ?? "11434";
  const { host, port } = splitPort(authority);
  const connectable = connectTo(host);
  const shown = isIPv6(connectable) ? `[${connectable}]` : connectable;
  const tail = path.join("/").replace(/\/+$/, "");
  return `${scheme ?? "http"}://${shown}:${validPort(port) ?? defaultPort}${tail === "" ? "" : `/${tail}`}`;
}

function withScheme(text: string): { scheme?: string; rest: string } {
  const at = text.indexOf("://");
  if (at >= 0) return { scheme: text.slice(0, at), rest: text.slice(at + 3) };
  // The one bare name that Ollama takes for its cloud.
  return text === "ollama.com" ? { scheme: "https", rest: text } : { rest: text };
}

function splitPort(authority: string): { host: string; port?: string } {
  const bare = authority.replace(/^\[|\]$/g, "");
  if (isIPv6(bare)) return { host: bare };
  const at = authority.lastIndexOf(":");
  if (at < 0) return { host: authority };
  return { host: authority.slice(0, at).replace(/^\[|\]$/g, ""), port: authority.slice(at + 1) };
}

function validPort(port: string | undefined): string | undefined {
  return port !== undefined && /^\d+$/.test(port) && Number(port) <= 65_535 ? port : undefined;
}

function connectTo(host: string): string {
  if (host === "" || host === "0.0.0.0") return "127.0.0.1";
  return host === "::" ? "::1" : host;
}
