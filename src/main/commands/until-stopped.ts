/**
 * Waits for SIGINT, SIGTERM or SIGHUP, then stops; a second signal does not wait for that.
 * Resolves to the exit status.
 */
export async function untilStopped(stop: () => Promise<void>): Promise<number> {
  await new Promise<void>((resolve) => {
    let asked = false;
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.on(signal, () => {
        if (asked) process.exit(1);
        asked = true;
        resolve();
      });
    }
  });
  console.log("Stopping; servers keep running …");
  await stop();
  console.log("Stopped.");
  return 0;
}
