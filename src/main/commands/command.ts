import { parseArgs } from "node:util";
import { CloudError } from "#base/errors.ts";
import type { Config } from "#config/index.ts";
import { configLoad } from "#config/index.ts";

/** An option that one command alone knows; it stands behind the command's name. */
export interface OwnOption {
  /** What its value is called in the help; absent: the option stands alone. */
  readonly value?: string;
  readonly summary: string;
}

/** The command's own options as they were given: values in their order; none: the empty list. */
export interface OwnValues {
  texts(name: string): readonly string[];
  flag(name: string): boolean;
}

export interface CommandInput {
  readonly config: Config;
  /** What stands behind the options. */
  readonly rest: readonly string[];
  readonly own: OwnValues;
}

export interface Command {
  /** One line for `sealstone --help`. */
  readonly summary: string;
  /** All of `sealstone NAME --help` between the usage line and the options. */
  readonly description: string;
  /** Behind the name in the usage line. */
  readonly arguments?: string;
  /** Beside the common ones, by name without the dashes. */
  readonly ownOptions?: Readonly<Record<string, OwnOption>>;
  /** Name of its state directory in the checkout; default `.sealstone`. */
  readonly stateName?: string;
  /** Resolves to the process's exit status. */
  run(input: CommandInput): Promise<number>;
}

export const commonOptions = `Options:
  --config FILE       sealstone.conf to read (default: sealstone.conf in the state directory, when it is there)
  --state-path DIR    state directory (default: .sealstone in the checkout)
  --port PORT         port of the API (default: 8700)
  --help              this text`;

const options = {
  config: { type: "string" },
  "state-path": { type: "string" },
  port: { type: "string" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean", short: "V" },
} as const;

export interface ParsedLine {
  readonly values: {
    readonly config?: string;
    readonly "state-path"?: string;
    readonly port?: string;
    readonly help?: boolean;
    readonly version?: boolean;
  };
  readonly positionals: readonly string[];
  readonly own: OwnValues;
}

/** Throws `invalid`, naming the option, for what neither all commands nor the one that is named know. */
export function lineParse(args: readonly string[], commands: Readonly<Record<string, Command>>): ParsedLine {
  const ownTable = Object.fromEntries(
    Object.entries(commandOf(args, commands)?.ownOptions ?? {}).map(([name, { value }]) => [
      name,
      { type: value === undefined ? ("boolean" as const) : ("string" as const), multiple: true },
    ]),
  );
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { ...ownTable, ...options },
      allowPositionals: true,
    });
    const given = (name: string): readonly unknown[] => (values as Record<string, unknown[]>)[name] ?? [];
    return {
      values,
      positionals,
      own: { texts: (name) => given(name).map(String), flag: (name) => given(name).length > 0 },
    };
  } catch (cause) {
    throw new CloudError(
      "invalid",
      `${cause instanceof Error ? cause.message : String(cause)} See sealstone --help.`,
      { cause },
    );
  }
}

/** The text behind the common options in `sealstone NAME --help`. */
export function ownOptionsHelp({ ownOptions = {} }: Command): string {
  return Object.entries(ownOptions)
    .map(
      ([name, { value, summary }]) =>
        `\n  ${`--${[name, value].filter(Boolean).join(" ")}`.padEnd(20)}${summary}`,
    )
    .join("");
}

/** The first word that is neither an option nor a common option's value; which others have values is known only then. */
function commandOf(
  args: readonly string[],
  commands: Readonly<Record<string, Command>>,
): Command | undefined {
  const [name] = parseArgs({ args: [...args], options, allowPositionals: true, strict: false }).positionals;
  return name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined;
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
