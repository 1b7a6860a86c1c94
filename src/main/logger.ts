import { pino, type DestinationStream } from "pino";
import type { Logger } from "#base/logger.ts";

/** JSON lines; written at once, so that a killed process loses none. */
export function createLogger(options: { readonly path: string; readonly debug: boolean }): Logger {
  const destination: DestinationStream = pino.destination({ dest: options.path, mode: 0o600, sync: true });
  return pino(
    {
      level: options.debug ? "debug" : "info",
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    destination,
  );
}
