/** A signal to a whole process group comes twice or more: from its sender, and passed on by the launcher and npm. */
const sameSignalMs = 1_000;

/**
 * Waits for SIGINT, SIGTERM or SIGHUP, then stops; a second one, later than what one press can bring, does not wait for that.
 * Resolves to the exit status.
 */
export async function untilStopped(stop: () => Promise<void>): Promise<number> {
  await new Promise<void>((resolve) => {
    let askedAt: number | undefined;
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.on(signal, () => {
        if (askedAt !== undefined && performance.now() - askedAt > sameSignalMs) process.exit(1);
        askedAt ??= performance.now();
        resolve();
      });
    }
  });
  console.log("Stopping; servers keep running …");
  await stop();
  console.log("Stopped.");
  return 0;
}
