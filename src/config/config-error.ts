import { CloudError } from "#base/errors.ts";

/** What is wrong with the configuration, in one line that begins with the place. */
export class ConfigError extends CloudError {
  constructor(place: string, what: string) {
    // A value from the environment may hold line ends.
    super("invalid", `${place}: ${what}.`.replaceAll(/\s*[\r\n]+\s*/g, " "));
  }
}
