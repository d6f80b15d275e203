import type { TurnEvent } from "./types.js";

/** What keeps a key, and what is secret in an address, out of all that is said. */
export interface Secrecy {
  /** The address as it may be said: without its user info, the values of its query blanked. */
  readonly address: string;
  /** A text with `[key]` instead of the key, and with the address as it may be said. */
  readonly hide: (text: string) => string;
  /**
   * The events of a turn in which a server, or its model, repeats what it was sent: in words, thoughts, arguments and
   * names. What may be the beginning of a key waits for the piece after it.
   */
  readonly hideIn: (events: AsyncIterable<TurnEvent>) => AsyncGenerator<TurnEvent>;
}

/** For a provider: who is asked, and with which key (empty: none). */
export function secrecyOf(address: string, key: string): Secrecy {
  const shown = sayable(address);
  const secrets = inAllForms([...(key === "" ? [] : [key]), ...secretsInAddress(address)]);
  const hide = (text: string): string => blank(shown === address ? text : text.replaceAll(address, shown), secrets);
  return { address: shown, hide, hideIn: (events) => blankEvents(events, secrets.filter(isRandom)) };
}

/** Secrets as they are, as they stand in an address, and in base64, the longest first. */
export function inAllForms(secrets: readonly string[]): readonly string[] {
  const forms = secrets.flatMap((secret) => {
    if (!isRandom(secret)) return [secret];
    const base64 = Buffer.from(secret).toString("base64").replace(/=+$/, "");
    return [secret, encoded(secret), base64, base64.replaceAll("+", "-").replaceAll("/", "_")];
  });
  return [...new Set(forms)].toSorted((one, other) => other.length - one.length);
}

/** Text with `[key]` instead of each secret. What may be an ordinary word is blanked where it is a word of its own. */
export function blank(text: string, secrets: readonly string[]): string {
  return secrets.reduce((rest, secret) => {
    if (isRandom(secret)) return rest.replaceAll(secret, "[key]");
    if (secret.length < 4 || placeholders.has(secret) || !rest.includes(secret)) return rest;
    return rest.replace(new RegExp(`(?<![\\w-])${secret.replaceAll(/[^\w]/g, "\\$&")}(?![\\w-])`, "g"), "[key]");
  }, text);
}

/** The same for text that was cut off, perhaps within a secret. */
export function blankCut(text: string, secrets: readonly string[]): string {
  const whole = blank(text, secrets);
  const at = beginningAt(whole, secrets.filter(isRandom));
  return whole.length - at < 4 ? whole : `${whole.slice(0, at)}[key]`;
}

/** Whether a name (of a variable, a header, a field of a query) says that its value is a secret. */
export function soundsSecret(name: string): boolean {
  return /(TOKEN|PASS|PASSWORD|PASSWD|PASSPHRASE|PWD|SECRET|KEY|CREDENTIALS?|AUTH|AUTHORIZATION|SIG|SIGNATURE)$/i.test(
    name,
  );
}

/**
 * Whether a secret can be nothing else, wherever it stands: 8 characters or more that are not just a few words, such as
 * `password`, `my-server` or `MyCompany`. One digit is enough, a word of more than 15 letters, a fourth word, or a
 * vendor's sign before it.
 */
export function isRandom(secret: string): boolean {
  if (secret.length < 8 || placeholders.has(secret)) return false;
  return !words.test(secret) || vendorsSign.test(secret);
}

const words = /^(?:(?:[A-Z]?[a-z]{0,15}(?:[A-Z][a-z]{2,14}){0,2}|[A-Z]{1,15})(?:[-_. ]|$)){1,3}$/;
const vendorsSign = /^(?:sk-|gh[oprsu]_|github_pat_|glpat-|ATATT|ATBB|npm_|pypi-|AIza|xai-|gsk_|hf_)/;

/** What is written where a server wants no key. */
const placeholders: ReadonlySet<string> = new Set(["EMPTY", "dummy", "local", "none", "not-needed", "test"]);

/** Whether a login without a password is a token; else it is a name. */
function isToken(login: string): boolean {
  if (vendorsSign.test(login)) return true;
  return login.length >= 20 && /\d/.test(login) && /[a-z]/i.test(login);
}

/** Whether a text has an address in it with user info, or with a field in its query that sounds like a secret. */
export function hasSecretAddress(text: string): boolean {
  return userInfosIn(text).length > 0 || fieldsIn(text).some(([name]) => soundsSecret(name));
}

/**
 * User infos, their passwords and the values in the queries of the addresses in a text, as written and decoded. Passwords may be
 * ordinary words.
 */
export function secretsInAddress(text: string): readonly string[] {
  const infos = userInfosIn(text).flatMap((info) => {
    const [user = "", password] = info.split(/:(.*)/s, 2);
    const login = isToken(user) ? [user] : [];
    return password === undefined || password === "" ? login : [info, password, ...login];
  });
  const found = [...infos, ...fieldsIn(text).flatMap(([, value]) => (isRandom(value) ? [value] : []))];
  return [...new Set([...found, ...found.map(decoded)])];
}

/** A password may hold anything, a slash too; without a scheme, only `user:password@` is taken for one. */
function userInfosIn(text: string): readonly string[] {
  const found = text.matchAll(/(?<!ssh):\/\/(\S*)@|(?:^|[\s=])([^\s:/\\@]+:[^\s/\\@]+)@/g);
  return [...found].map(([, info, bare]) => info ?? bare ?? "");
}

function fieldsIn(text: string): readonly (readonly [name: string, value: string])[] {
  return [...text.matchAll(/[?&;]([^\s=&]*)=([^\s&#]*)/g)].map(([, name = "", value = ""]) => [name, value]);
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

function encoded(value: string): string {
  try {
    return encodeURIComponent(value);
  } catch {
    // Half a character can't be written in an address.
    return value;
  }
}

function sayable(address: string): string {
  // In what is no URL, any part may be of a password.
  const end = URL.canParse(address) ? address.search(/[?#]|$/) : address.length;
  const place = address.slice(0, end).replace(/^([a-z][\w+.-]*:\/\/)?.*@/is, "$1");
  const [path = "", ...query] = (place + address.slice(end)).replace(/#.*$/s, "").split("?");
  if (query.length === 0) return path;
  const fields = query.join("?").split("&");
  return `${path}?${fields.map((field) => field.replace(/^([^=]*=)?.*$/s, "$1[key]")).join("&")}`;
}

/** Where the end of a text begins that may be the beginning of a secret; its length when there is none. */
function beginningAt(text: string, secrets: readonly string[]): number {
  const starts = secrets.map((secret) => {
    const least = Math.max(0, text.length - secret.length + 1);
    for (let at = least; at < text.length; at++) if (secret.startsWith(text.slice(at))) return at;
    return text.length;
  });
  return Math.min(text.length, ...starts);
}

async function* blankEvents(events: AsyncIterable<TurnEvent>, secrets: readonly string[]): AsyncGenerator<TurnEvent> {
  const waiting = { text: "", thinking: "" };
  function* rest(): Generator<TurnEvent> {
    for (const type of ["text", "thinking"] as const) {
      if (waiting[type] !== "") yield { type, text: waiting[type] };
      waiting[type] = "";
    }
  }
  for await (const event of events) {
    if (event.type === "text" || event.type === "thinking") {
      const text = blank(waiting[event.type] + event.text, secrets);
      const end = beginningAt(text, secrets);
      waiting[event.type] = text.slice(end);
      if (end > 0) yield { type: event.type, text: text.slice(0, end) };
    } else {
      if (event.type === "tool-call" || event.type === "finish") yield* rest();
      yield blankValues(event, secrets);
    }
  }
  yield* rest();
}

/** An event whose texts are blanked, however deep they are. */
function blankValues(event: TurnEvent, secrets: readonly string[]): TurnEvent {
  const json = JSON.stringify(event);
  if (
    blank(
      json,
      secrets.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]),
    ) === json
  )
    return event;
  return JSON.parse(json, (_name, value: unknown) => (typeof value === "string" ? blank(value, secrets) : value));
}
