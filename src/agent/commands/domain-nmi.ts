import { domainInjectNmi } from "#libvirt/index.ts";
import { ownDomainFetch } from "../own-domain.ts";
import type { Command } from "./command.ts";

/** What a guest does at a non-maskable interrupt is its own: one that is set up for it writes a dump. */
export const domainNmi: Command<"domainNmi"> = async (context, { serverId }) => {
  const { handle } = await ownDomainFetch(context, serverId);
  await domainInjectNmi(context.libvirt, handle);
  return {};
};
