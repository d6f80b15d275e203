import type { WireAnswer } from "@aifactory/core/testing";

/** A part as it came. Nothing of it is sure before it was checked. */
export interface WirePart {
  readonly text?: string;
  readonly thought?: boolean;
  readonly thoughtSignature?: string;
  readonly functionCall?: { readonly id?: string; readonly name?: string; readonly args?: object };
  readonly functionResponse?: {
    readonly id?: string;
    readonly name?: string;
    readonly response?: { readonly output?: unknown; readonly error?: unknown };
  };
}

export interface WireContent {
  readonly role?: string;
  readonly parts?: readonly WirePart[];
}

export interface WireDeclaration {
  readonly name?: string;
  readonly description?: string;
  readonly parametersJsonSchema?: unknown;
}

/** A turn's request as it came. */
export interface GeminiBody {
  readonly contents?: readonly WireContent[];
  readonly systemInstruction?: WireContent;
  readonly tools?: readonly { readonly functionDeclarations?: readonly WireDeclaration[] }[];
  readonly generationConfig?: {
    readonly maxOutputTokens?: number;
    readonly thinkingConfig?: {
      readonly includeThoughts?: boolean;
      readonly thinkingBudget?: number;
      readonly thinkingLevel?: string;
    };
  };
  readonly continuationToken?: string;
}

/** The model in a request's path; undefined when it is no turn's. */
export function modelIn(url: string): string | undefined {
  return /^\/v1beta\/models\/([^/:]+):streamGenerateContent\?alt=sse$/.exec(url)?.[1];
}

/** An error in Google's form. */
export function vendorError(code: number, message: string, details: readonly object[] = []): WireAnswer {
  return { status: code, body: { error: { code, message, status: states[code] ?? "UNKNOWN", details } } };
}

/** A bad request. */
export function bad(message: string): WireAnswer {
  return vendorError(400, message);
}

const states: { readonly [code: number]: string } = {
  400: "INVALID_ARGUMENT",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  429: "RESOURCE_EXHAUSTED",
  500: "INTERNAL",
  503: "UNAVAILABLE",
};
