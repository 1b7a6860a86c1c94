import { rm } from "node:fs/promises";
import { domainDefine as define } from "#libvirt/index.ts";
import { domainXml } from "../domain-xml/domain.ts";
import { blankDisksEnsure } from "../images/blank-disks.ts";
import { ownDomainFind } from "../own-domain.ts";
import type { Command } from "./command.ts";

/**
 * With the disks that its flavor gives it empty. Defining again replaces the definition; a running server keeps its own until it stops. What an unrescue that failed half-way left goes
 * as soon as the server is its own again.
 */
export const domainDefine: Command<"domainDefine"> = async (context, spec) => {
  const { cloudId, config, directIo, libvirt, paths } = context;
  // Throws when the UUID is taken by a domain that is not ours.
  await ownDomainFind(context, spec.serverId);
  const server = paths.server(spec.serverId);
  await blankDisksEnsure(server, spec);
  const xml = domainXml(spec, {
    cloudId,
    virtType: config.libvirt.virtType,
    diskPath: server.disk,
    ephemeralDiskPath: server.ephemeral.disk,
    swapDiskPath: server.swapDisk,
    configDrivePath: spec.rescue === undefined ? server.configDrive : server.rescueConfigDrive,
    rescueDiskPath: server.rescueDisk,
    directIo,
    consoleLogPath: server.consoleLog,
    kernelPath: spec.kernel && paths.image(spec.kernel),
    ramdiskPath: spec.ramdisk && paths.image(spec.ramdisk),
  });
  await define(libvirt, xml);
  if (spec.rescue === undefined)
    await Promise.all([server.rescueDisk, server.rescueConfigDrive].map((path) => rm(path, { force: true })));
  return {};
};
