import { domainDestroy, domainUndefine as undefine, isNoDomain, isOperationInvalid } from "#libvirt/index.ts";
import { isActive, ownDomainFind } from "../own-domain.ts";
import { tpmEndedTry } from "../tpm/ended.ts";
import { swtpmOrphansEnd } from "../tpm/swtpm-began.ts";
import type { Command } from "./command.ts";

export const domainUndefine: Command<"domainUndefine"> = async (context, { serverId }) => {
  const { libvirt } = context;
  const domain = await ownDomainFind(context, serverId);
  if (domain === undefined) return {};
  const { handle } = domain;
  try {
    if (await isActive(libvirt, handle)) {
      await domainDestroy(libvirt, handle).catch((error: unknown) => {
        // It stopped by itself meanwhile.
        if (!isOperationInvalid(error)) throw error;
      });
      await tpmEndedTry(context, serverId);
    }
    await swtpmOrphansEnd(handle.name, context.paths.server(serverId).tpmState);
    await undefine(libvirt, handle, {
      keepTpm: true,
      managedSave: true,
      snapshotsMetadata: true,
      checkpointsMetadata: true,
      nvram: "keep",
    });
  } catch (error) {
    if (!isNoDomain(error)) throw error;
  }
  return {};
};
