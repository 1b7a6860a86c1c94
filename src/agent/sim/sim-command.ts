import type { Static } from "typebox";
import type { Bus, commands } from "#bus/index.ts";
import type { SealKeyPair } from "#seal/index.ts";
import type { SimBooks } from "./books.ts";

export type SimCommandName = keyof typeof commands;
export type SimMessage<Name extends SimCommandName> = Static<(typeof commands)[Name]["request"]>;
type Answer<Name extends SimCommandName> = Static<(typeof commands)[Name]["reply"]>;

interface SimContext {
  readonly bus: Bus;
  readonly hostId: string;
  readonly books: SimBooks;
  readonly key: SealKeyPair;
}

/** What it takes to speak with the vault. */
export type SimPlace = Pick<SimContext, "bus" | "hostId">;

type SimCommand<Name extends SimCommandName> = (
  context: SimContext,
  message: SimMessage<Name>,
) => Answer<Name> | Promise<Answer<Name>>;

export type SimCommands = { readonly [Name in SimCommandName]: SimCommand<Name> };
