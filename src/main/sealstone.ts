/**
 * The `sealstone` command: only here and beside are argv, environment, signals and exit statuses touched. Commands import
 * what they run when they run: loading the whole cloud takes a second, which help and questions need not wait for.
 */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { errorText, isCloudError } from "#base/errors.ts";
import { agent } from "./commands/agent.ts";
import { audit } from "./commands/audit.ts";
import { commonOptions, configOf, lineParse, ownOptionsHelp, type Command } from "./commands/command.ts";
import { controlPlane } from "./commands/control-plane.ts";
import { db } from "./commands/db.ts";
import { dev } from "./commands/dev.ts";
import { doctor } from "./commands/doctor.ts";
import { keyManager } from "./commands/key-manager.ts";
import { policy } from "./commands/policy.ts";
import { start } from "./commands/start.ts";
import { tpm } from "./commands/tpm.ts";
import { up } from "./commands/up.ts";

const commands: Readonly<Record<string, Command>> = {
  start,
  up,
  "control-plane": controlPlane,
  dev,
  agent,
  doctor,
  db,
  policy,
  audit,
  tpm,
  "key-manager": keyManager,
};

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

function version(): string {
  const { version: text } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    version: string;
  };
  return text;
}

function help(): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length));
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return `Usage: sealstone COMMAND [OPTIONS]

An OpenStack-API-compatible compute cloud whose servers have an encrypted vTPM.

Commands:
${lines.join("\n")}

${commonOptions}
  --version           the version

"sealstone COMMAND --help" tells more of one command.`;
}

async function main(args: readonly string[]): Promise<number> {
  const line = lineParse(args, commands);
  const [name, ...rest] = line.positionals;
  if (line.values.version === true) {
    console.log(`sealstone ${version()}`);
    return 0;
  }
  if (name === undefined) {
    console.log(help());
    return line.values.help === true ? 0 : 2;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) {
    console.error(
      `sealstone: there is no command "${name}"; there are: ${Object.keys(commands).join(", ")}.`,
    );
    return 2;
  }
  if (line.values.help === true) {
    console.log(
      `Usage: sealstone ${[name, command.arguments].filter(Boolean).join(" ")} [OPTIONS]\n\n${command.description}\n\n${commonOptions}${ownOptionsHelp(command)}`,
    );
    return 0;
  }
  return command.run({
    config: configOf(line, join(root, command.stateName ?? ".sealstone")),
    rest,
    own: line.own,
  });
}

try {
  // What still waits for something (a guest that does not heed its power button) must not keep a stopped cloud alive.
  process.exit(await main(process.argv.slice(2)));
} catch (error) {
  // What a user can mend is one line; anything else is a bug, and its stack helps to find it.
  const expected = isCloudError(error) && error.code !== "bug";
  console.error(expected ? `sealstone: ${error.message}` : error);
  if (expected && error.cause !== undefined && process.env["SEALSTONE_TRACE"])
    console.error(errorText(error.cause));
  // Whatever a failed start has left open must not keep the process alive.
  process.exit(1);
}
