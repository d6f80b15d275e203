import { isRecord } from "./signature.js";

/** Keys that reach into the prototype of an object. No call with one of them is taken, wherever it stands. */
export function isForbiddenKey(key: string): boolean {
  return key === "__proto__" || key === "constructor" || key === "prototype";
}

/** Whether a value is safe to hand on: no forbidden key, no endless number, and not absurdly deep. */
export function isSafeValue(value: unknown, depth = 0): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (depth > 100) return typeof value !== "object" || value === null;
  if (Array.isArray(value)) return value.every((item) => isSafeValue(item, depth + 1));
  if (!isRecord(value)) return true;
  for (const key of Object.keys(value)) if (isForbiddenKey(key) || !isSafeValue(value[key], depth + 1)) return false;
  return true;
}
