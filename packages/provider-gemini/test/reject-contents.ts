import type { WireAnswer } from "@aifactory/core/testing";
import { canonical, opened } from "./seal.js";
import { bad, type WireContent, type WirePart } from "./wire.js";

/** What Google says to a conversation that it does not accept. */
export function rejectContents(contents: readonly WireContent[] | undefined, model: string): WireAnswer | undefined {
  if (!contents?.length) return bad("* GenerateContentRequest.contents: contents is not specified");
  if (contents[0]?.role !== "user") return bad("Please ensure that a conversation begins with a user turn.");
  if (contents.at(-1)?.role !== "user") return bad("Please ensure that multiturn requests end with a user role.");
  const asked = contents.findLastIndex(({ role, parts }) => role === "user" && parts?.some((part) => "text" in part));
  return first([...contents.keys()], (at) => {
    const [before, content] = [contents[at - 1], contents[at]];
    return (
      content &&
      (rejectContent(content, at) ?? rejectOrder(before, content) ?? rejectThoughts(content, model, at > asked))
    );
  });
}

function rejectContent({ role, parts, ...others }: WireContent, at: number): WireAnswer | undefined {
  if (Object.keys(others).length > 0) return bad(`Unknown name "${Object.keys(others)[0]}" at 'contents[${at}]'`);
  if (role !== "user" && role !== "model") return bad("Please use a valid role: user, model.");
  if (!parts?.length) return bad(`* GenerateContentRequest.contents[${at}].parts: contents.parts must not be empty.`);
  return first(parts, (part) => rejectPart(part, role, `contents[${at}].parts`));
}

function rejectPart(part: WirePart, role: string, path: string): WireAnswer | undefined {
  const { text, thought, thoughtSignature, functionCall, functionResponse, ...others } = part;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined)
    return bad(`Invalid JSON payload received. Unknown name "${unknown}" at '${path}': Cannot find field.`);
  const data = [text, functionCall, functionResponse].filter((field) => field !== undefined);
  const isEmpty = text === "" && thoughtSignature === undefined;
  if (data.length !== 1 || isEmpty)
    return bad(`* ${path}.data: required oneof field 'data' must have one initialized field`);
  if (text !== undefined && /\p{Surrogate}/u.test(text)) return bad("Invalid JSON payload received. Invalid unicode.");
  if ((thought || functionCall) && role !== "model") return bad(`${path}: only a model thinks and calls.`);
  if (functionResponse && role !== "user") return bad(`${path}: a model does not answer calls.`);
  const { name, args = {}, response = {} } = { ...functionCall, ...functionResponse };
  if (data[0] !== text && !/^[A-Za-z_][\w.:-]{0,127}$/.test(name ?? "")) return bad(`${path}.name: [FIELD_INVALID]`);
  if ([args, response].some((value) => typeof value !== "object" || Array.isArray(value)))
    return bad(`${path}: no struct`);
  return undefined;
}

function rejectOrder(before: WireContent | undefined, { role, parts = [] }: WireContent): WireAnswer | undefined {
  if (role === "model")
    return before?.role === "user" ? undefined : bad("Please ensure that model turns come after a user turn.");
  const calls = before?.parts?.flatMap(({ functionCall }) => functionCall ?? []) ?? [];
  const responses = parts.flatMap(({ functionResponse }) => functionResponse ?? []);
  if (responses.length > 0 && calls.length === 0)
    return bad("Please ensure that function response turn comes immediately after a function call turn.");
  if (responses.length !== calls.length)
    return bad(
      "Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.",
    );
  const isMatched = calls.every(({ id, name }, at) => {
    const response = id === undefined ? responses[at] : responses.find((other) => other.id === id);
    return response?.name === name && response?.id === id;
  });
  return isMatched ? undefined : bad("Please ensure that function responses have the name and the id of their calls.");
}

/** Gemini 3 and newer: the first call of every step of the current turn is signed; and no signature was changed or moved. */
function rejectThoughts({ parts = [] }: WireContent, model: string, isCurrent: boolean): WireAnswer | undefined {
  const call = parts.find(({ functionCall }) => functionCall);
  if (call && call.thoughtSignature === undefined && isCurrent && !model.startsWith("gemini-2"))
    return bad(
      `Function call is missing a thought_signature in functionCall parts. Function call \`${call.functionCall?.name}\``,
    );
  return first(parts, ({ thoughtSignature, ...part }) => {
    if (thoughtSignature === undefined || thoughtSignature === "skip_thought_signature_validator") return undefined;
    const thought = opened(thoughtSignature);
    const isIntact = thought?.model === model && canonical(thought.part) === canonical(part);
    return isIntact ? undefined : bad("Corrupted thought signature.");
  });
}

/** The first rejection there is. */
export function first<Value>(
  values: readonly Value[],
  reject: (value: Value, at: number) => WireAnswer | undefined,
): WireAnswer | undefined {
  return values.map(reject).find((rejection) => rejection !== undefined);
}
