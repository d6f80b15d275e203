/** Milliseconds for a timer of Node, which ends at once where it is asked to wait for more than 2^31-1. */
export function timerMs(ms: number): number {
  return Math.min(Math.max(1, ms), 2 ** 31 - 1);
}
