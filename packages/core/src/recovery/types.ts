import type { Effect, JsonSchema } from "../types.js";

/** A tool that was offered to the model. Without `effect` the tool is taken for one of unknown effect. */
export interface OfferedTool {
  readonly name: string;
  readonly description?: string;
  readonly inputSchema: JsonSchema;
  /** `write` and `execute` are read more strictly: see docs/recovery.md. */
  readonly effect?: Effect;
}

/** What may be switched on; everything here is off by default. */
export interface RecoveryOptions {
  /** Take a whole file in a fence, with its path on the line above, for a call of the one offered tool that writes files. */
  readonly filenameFence?: boolean;
}

/** Offsets into the text in UTF-16 code units; the end is exclusive. */
export type Span = readonly [start: number, end: number];

/** A call that may be run. */
export interface RecoveredCall {
  readonly name: string;
  readonly arguments: { readonly [key: string]: unknown };
  /** The shape it was written in, for example `hermes-json`. */
  readonly format: string;
  readonly span: Span;
}

/** Why something that looks like a call is none. */
export type NearMissReason =
  | "unknown-tool"
  | "bad-arguments"
  | "unreadable"
  | "cut-off"
  | "forbidden-key"
  | "quoted"
  | "example"
  | "thinking";

/** Something that looks like a call and was not taken for one. */
export interface NearMiss {
  readonly reason: NearMissReason;
  readonly format: string;
  readonly span: Span;
  /** One sentence for the model: what to do instead. */
  readonly hint: string;
}

/** What stands in a reply. */
export interface Recovery {
  readonly calls: readonly RecoveredCall[];
  readonly nearMisses: readonly NearMiss[];
  /** What is left for a person to read. */
  readonly text: string;
}

/** How clearly the shape itself says "this is a call". */
export type Strength = "marked" | "fenced" | "bare";

/** A call as it was written, before names and arguments are held against the tools. */
export interface WrittenCall {
  readonly name: string;
  /** A record, or a string that stands for all arguments. */
  readonly input: unknown;
  /** The values are raw text (XML) and take their type from the schema. */
  readonly isText: boolean;
  /** Something had to be mended to read it. */
  readonly isRepaired: boolean;
  /** The text ended before its list of arguments was closed: it is whole only if nothing that is declared is missing. */
  readonly isOpen: boolean;
  /** Undeclared parameters are left out instead of passed on; some models are known to add them. */
  readonly dropsUndeclared: boolean;
  readonly start: number;
  readonly end: number;
}

/** What a format reader found at a place. */
export interface Finding {
  readonly format: string;
  readonly strength: Strength;
  readonly calls: readonly WrittenCall[];
  readonly start: number;
  readonly end: number;
  /** Set when the shape is plain and its inside can't be read. */
  readonly trouble: NearMissReason | undefined;
}

/** A stretch of text that is not looked at again, and the call that may have stood in it. */
export interface Passage {
  readonly end: number;
  readonly finding?: Finding;
  readonly fence?: OpenFence;
}

/** A fence whose inside is read like the rest of the text. */
export interface OpenFence {
  readonly start: number;
  /** Where its inside begins. */
  readonly inside: number;
  /** Where its closing backticks begin; the end of the text when it has none. */
  readonly closer: number;
}

/** Reads one format at a place where its opener was seen; `undefined`: it is not this format after all. */
export type FormatReader = (source: import("./source.js").Source, start: number) => Finding | undefined;
