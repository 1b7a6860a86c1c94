import type { Static } from "typebox";
import type { commands } from "#bus/index.ts";
import type { AgentContext } from "../agent-context.ts";

export type CommandName = keyof typeof commands;
export type CommandMessage<Name extends CommandName> = Static<(typeof commands)[Name]["request"]>;
export type CommandAnswer<Name extends CommandName> = Static<(typeof commands)[Name]["reply"]>;

/** Carries one command out; it may be repeated. `context.log` names command, server and request. */
export type Command<Name extends CommandName> = (
  context: AgentContext,
  message: CommandMessage<Name>,
) => Promise<CommandAnswer<Name>>;
