import { commands, type Stop } from "#bus/index.ts";
import type { AgentContext } from "../agent-context.ts";
import { commandParts } from "../command-parts.ts";
import { commandError } from "../foreign-errors.ts";
import type { CommandAnswer, CommandMessage, CommandName } from "./command.ts";
import { commandTable, lookingCommands } from "./table.ts";

/** Answers every command for this host until stopped. */
export function commandsServe(context: AgentContext): Stop {
  const stops = (Object.keys(commandTable) as CommandName[]).map((name) => commandServe(context, name));
  return () => stops.forEach((stop) => stop());
}

function commandServe(context: AgentContext, name: CommandName): Stop {
  // The table pairs each contract with its command by name, which the type system cannot follow here.
  const handler = (message: unknown): Promise<never> =>
    commandRun(context, name, message as never) as Promise<never>;
  return context.bus.serve(commands[name], { hostId: context.hostId }, handler);
}

/** One command at a time for a server, logged with its duration, its failures made ours. */
async function commandRun<Name extends CommandName>(
  context: AgentContext,
  name: Name,
  message: CommandMessage<Name>,
): Promise<CommandAnswer<Name>> {
  const { serverId, requestId } = message as { readonly serverId?: string; readonly requestId?: string };
  const log = context.log.child({
    command: name,
    ...(serverId && { serverId }),
    ...(requestId && { requestId }),
  });
  const run = (): Promise<CommandAnswer<Name>> => commandTable[name]({ ...context, log }, message);
  const started = performance.now();
  try {
    const answer =
      serverId === undefined || lookingCommands.has(name)
        ? await run()
        : await context.queue.run(serverId, run, commandParts[name]);
    log.debug({ ms: Math.round(performance.now() - started) }, "command done");
    return answer;
  } catch (thrown) {
    const error = commandError(name, thrown);
    log.warn(
      { code: error.code, detail: error.detail, ms: Math.round(performance.now() - started) },
      error.message,
    );
    throw error;
  }
}
