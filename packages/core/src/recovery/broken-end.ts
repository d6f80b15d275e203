import { isSpace, type Source, spend, stringEnd } from "./source.js";

/**
 * The place behind the closer of a call that began and can't be read; the end of the text when it has none. In its strings nothing closes it.
 * An unescaped quote may have ended a string too early, so a closer in open brackets counts only right behind structure and before any opener.
 * @param closer May be empty: then only an opener ends it.
 * @param opener What another call of the same kind begins with: where no bracket is open, it ends this one too.
 */
export function brokenEnd(source: Source, from: number, closer: string, opener: string): number {
  const { text } = source;
  let depth = 0;
  let isNested = false;
  let at = from;
  let end = text.length;
  while (at < text.length) {
    const sign = text.charAt(at);
    if (
      sign === closer[0] &&
      text.startsWith(closer, at) &&
      (depth <= 0 || (!isNested && isBehindStructure(text, at)))
    ) {
      end = at + closer.length;
      break;
    }
    if (sign === opener[0] && text.startsWith(opener, at)) {
      if (depth <= 0 && at > from) {
        end = at;
        break;
      }
      isNested = true;
    }
    if (opensString(text, at)) {
      const behind = stringEnd(text, at, text.startsWith(sign.repeat(3), at) ? sign.repeat(3) : sign);
      at = behind < 0 ? text.length : behind;
    } else {
      if (sign === "(" || sign === "[" || sign === "{") depth += 1;
      else if (sign === ")" || sign === "]" || sign === "}") depth -= 1;
      at += 1;
    }
  }
  return spend(source, at - from) ? end : text.length;
}

/** An apostrophe behind a word opens none. */
function opensString(text: string, at: number): boolean {
  return text[at] === '"' || (text[at] === "'" && !/\w/.test(text.charAt(at - 1)));
}

function isBehindStructure(text: string, place: number): boolean {
  let at = place;
  while (at > 0 && isSpace(text.charCodeAt(at - 1))) at -= 1;
  return "{}[](),:\"'".includes(text.charAt(at - 1));
}
