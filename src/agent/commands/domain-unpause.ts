import { domainGetState, domainResume } from "#libvirt/index.ts";
import { ownDomainFetch } from "../own-domain.ts";
import type { Command } from "./command.ts";

export const domainUnpause: Command<"domainUnpause"> = async (context, { serverId }) => {
  const { handle } = await ownDomainFetch(context, serverId);
  const { state } = await domainGetState(context.libvirt, handle);
  if (state !== "running") await domainResume(context.libvirt, handle);
  return {};
};
