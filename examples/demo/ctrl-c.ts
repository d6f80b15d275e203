/**
 * A signal for Ctrl-C: the first one stops in good order and says so, the second one leaves at once.
 *
 * @param kept What is kept, for the person who stops it.
 */
export function signalOfCtrlC(kept: string): AbortSignal {
  const stop = new AbortController();
  process.once("SIGINT", () => {
    console.log(`\nStopping; ${kept} Ctrl-C again leaves at once.`);
    stop.abort();
    process.once("SIGINT", () => process.exit(130));
  });
  return stop.signal;
}
