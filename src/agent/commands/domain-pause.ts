import { domainGetState, domainSuspend } from "#libvirt/index.ts";
import { ownDomainFetch } from "../own-domain.ts";
import type { Command } from "./command.ts";

/** Stops the virtual processors; libvirt calls that suspend. */
export const domainPause: Command<"domainPause"> = async (context, { serverId }) => {
  const { handle } = await ownDomainFetch(context, serverId);
  const { state } = await domainGetState(context.libvirt, handle);
  if (state !== "paused") await domainSuspend(context.libvirt, handle);
  return {};
};
