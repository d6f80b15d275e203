/** Milliseconds within which signals are one press: npx, pnpm and the terminal may each deliver the same one. */
const onePress = 1_000;

/**
 * A signal for Ctrl-C: the first press stops in good order and says so, the second one leaves at once. To be told to end, or
 * to lose the terminal, is a press too.
 *
 * @param kept What is kept, for the person who stops it.
 * @param left What is to be known or typed after leaving at once.
 */
export function signalOfCtrlC(kept: string, left: () => string): AbortSignal {
  const stop = new AbortController();
  let pressedAt: number | undefined;
  const press = (): void => {
    if (pressedAt === undefined) {
      console.log(`\nStopping; ${kept} Ctrl-C again leaves at once.`);
      stop.abort();
      pressedAt = performance.now();
    } else if (performance.now() - pressedAt > onePress) {
      console.log(`\nLeft at once. ${left()}`);
      process.exit(130);
    }
  };
  // Who reads what is printed may have ended with the same press, as `| tee` does.
  for (const output of [process.stdout, process.stderr]) output.on("error", () => {});
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, press);
  return stop.signal;
}
