import { CloudError } from "#base/errors.ts";
import { domainHasManagedSave, domainManagedSave } from "#libvirt/index.ts";
import { isActive, ownDomainFetch } from "../own-domain.ts";
import { tpmEnded } from "../tpm/ended.ts";
import type { Command } from "./command.ts";

/** The image holds the guest's memory and a copy of its TPM; libvirt keeps it where only root and QEMU's user look. */
export const domainSuspend: Command<"domainSuspend"> = async (context, { serverId }) => {
  const { libvirt } = context;
  const { handle } = await ownDomainFetch(context, serverId);
  if (await isActive(libvirt, handle)) {
    try {
      await domainManagedSave(libvirt, handle);
    } catch (error) {
      // After a crash: the save that the killed process had asked for ended while this one waited for its turn.
      if ((await isActive(libvirt, handle)) || !(await domainHasManagedSave(libvirt, handle))) throw error;
    }
  } else if (!(await domainHasManagedSave(libvirt, handle))) {
    throw new CloudError("conflict", `Server ${serverId} is off, so there is nothing to suspend.`);
  }
  // A resume believes no image but the one whose hash the vault has.
  await tpmEnded(context, serverId);
  return {};
};
