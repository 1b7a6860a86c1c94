import { CloudError } from "#base/errors.ts";
import { domainReboot as reboot } from "#libvirt/index.ts";
import { ownDomainFetch } from "../own-domain.ts";
import type { Command } from "./command.ts";

/** Looked at from time to time, because events are lost when libvirtd restarts. */
export const domainReboot: Command<"domainReboot"> = async (
  { libvirt, watch, ...rest },
  { serverId, timeoutS },
) => {
  const { handle } = await ownDomainFetch({ libvirt, watch, ...rest }, serverId);
  using listener = watch.listen(handle.uuid, "reboot");
  await reboot(libvirt, handle, { acpi: true });
  if (await listener.next(timeoutS * 1_000)) return {};
  throw new CloudError(
    "timeout",
    `The guest of server ${serverId} did not reboot within ${timeoutS} s of being asked (ACPI). It was left as it is; ` +
      "a hard reboot does not need its help.",
  );
};
