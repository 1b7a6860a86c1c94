import { parseArgs } from "node:util";
import { CloudError } from "#base/errors.ts";
import type { Config } from "#config/index.ts";
import { configLoad } from "#config/index.ts";

export interface CommandInput {
  readonly config: Config;
  /** What stands behind the options. */
  readonly rest: readonly string[];
  /** The command's own options, as text. */
  readonly own: Readonly<Partial<Record<OwnOption, string>>>;
}

export interface Command {
  /** One line for `sealstone --help`. */
  readonly summary: string;
  /** All of `sealstone NAME --help` between the usage line and the options. */
  readonly description: string;
  /** Behind the name in the usage line. */
  readonly arguments?: string;
  /** Which of the options beside the common ones it takes, each with a line of help. */
  readonly ownOptions?: Readonly<Partial<Record<OwnOption, string>>>;
  /** Name of its state directory in the checkout; default `.sealstone`. */
  readonly stateName?: string;
  /** Resolves to the process's exit status. */
  run(input: CommandInput): Promise<number>;
}

/** Options that only some commands take. */
const ownOptions = { hosts: { type: "string" }, "command-ms": { type: "string" } } as const;
type OwnOption = keyof typeof ownOptions;

export const commonOptions = `Options:
  --config FILE       sealstone.conf to read (default: sealstone.conf in the state directory, when it is there)
  --state-path DIR    state directory (default: .sealstone in the checkout)
  --port PORT         port of the API (default: 8700)
  --help              this text`;

const options = {
  config: { type: "string" },
  "state-path": { type: "string" },
  port: { type: "string" },
  ...ownOptions,
  help: { type: "boolean", short: "h" },
  version: { type: "boolean", short: "V" },
} as const;

export interface ParsedLine {
  readonly values: {
    readonly config?: string;
    readonly "state-path"?: string;
    readonly port?: string;
    readonly hosts?: string;
    readonly "command-ms"?: string;
    readonly help?: boolean;
    readonly version?: boolean;
  };
  readonly positionals: readonly string[];
}

/** Throws `invalid`, naming the option, for what is not known. */
export function lineParse(args: readonly string[]): ParsedLine {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (cause) {
    throw new CloudError(
      "invalid",
      `${cause instanceof Error ? cause.message : String(cause)} See sealstone --help.`,
      { cause },
    );
  }
}

/** Throws `invalid` for an option that is another command's. */
export function ownOptionsOf(line: ParsedLine, name: string, command: Command): CommandInput["own"] {
  const names = Object.keys(ownOptions) as OwnOption[];
  const given = names.filter((option) => line.values[option] !== undefined);
  const strange = given.find((option) => command.ownOptions?.[option] === undefined);
  if (strange !== undefined) {
    throw new CloudError("invalid", `${name} takes no option --${strange}. See sealstone ${name} --help.`);
  }
  return Object.fromEntries(given.map((option) => [option, line.values[option]]));
}

/** The text behind the common options in `sealstone NAME --help`. */
export function ownOptionsHelp({ ownOptions: own = {} }: Command): string {
  return Object.values(own)
    .map((text) => `\n${text}`)
    .join("");
}

/** The configuration that file, environment and command line make together; the line wins. */
export function configOf(line: ParsedLine, defaultStatePath: string): Config {
  const { config: path, port, "state-path": statePath } = line.values;
  return configLoad({
    path,
    env: process.env,
    defaultStatePath,
    overrides: {
      ...(statePath === undefined ? {} : { statePath }),
      ...(port === undefined ? {} : { port }),
    },
  });
}
