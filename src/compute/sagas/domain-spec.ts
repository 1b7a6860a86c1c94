import type { Static } from "typebox";
import type { commands } from "#bus/index.ts";
import { instanceNameOf } from "../domain/instance-name.ts";
import { cdBus, rescueDeviceOf } from "../domain/rescue.ts";
import type { Server, ServerImage } from "../domain/server.ts";

/** nova.virt.libvirt.driver: what a kernel is told when its image says nothing. */
const defaultKernelCommandLine = "root=/dev/vda console=tty0 console=ttyS0";

/** What the agent must know of the server to define its domain: as it is, or booting from a rescue image. */
export function domainSpecOf(
  server: Server,
  rescueImage?: ServerImage,
): Static<typeof commands.domainDefine.request> {
  const { tpm } = server;
  const { ephemeralGiB, swapMiB } = server.flavor;
  const { kernel, ramdisk, properties } = rescueImage ?? server.image;
  const kernelCommandLine = properties["os_command_line"] ?? defaultKernelCommandLine;
  return {
    serverId: server.id,
    instanceName: instanceNameOf(server),
    displayName: server.name,
    vcpus: server.flavor.vcpus,
    memoryMiB: server.flavor.memoryMiB,
    ...(ephemeralGiB === 0 ? {} : { ephemeralGiB }),
    ...(swapMiB === 0 ? {} : { swapMiB }),
    ...(kernel === undefined ? {} : { kernel, kernelCommandLine }),
    ...(ramdisk === undefined ? {} : { ramdisk }),
    ...(server.configDrive ? { configDrive: cdBus(server.image.properties) } : {}),
    ...(rescueImage === undefined ? {} : { rescue: rescueDeviceOf(rescueImage.properties) }),
    ...(tpm === undefined ? {} : { tpm: { version: tpm.version, model: tpm.model, secretId: tpm.secretId } }),
  };
}
