import { rm } from "node:fs/promises";
import { domainDefine as define } from "#libvirt/index.ts";
import { domainXml } from "../domain-xml/domain.ts";
import { ownDomainFind } from "../own-domain.ts";
import type { Command } from "./command.ts";

/**
 * Defining again replaces the definition; a running server keeps its own until it stops. What an unrescue that failed half-way left goes
 * as soon as the server is its own again.
 */
export const domainDefine: Command<"domainDefine"> = async (context, spec) => {
  const { cloudId, config, directIo, libvirt, paths } = context;
  // Throws when the UUID is taken by a domain that is not ours.
  await ownDomainFind(context, spec.serverId);
  const { disk, consoleLog, ...server } = paths.server(spec.serverId);
  const xml = domainXml(spec, {
    cloudId,
    virtType: config.libvirt.virtType,
    diskPath: disk,
    configDrivePath: spec.rescue === undefined ? server.configDrive : server.rescueConfigDrive,
    rescueDiskPath: server.rescueDisk,
    directIo,
    consoleLogPath: consoleLog,
    kernelPath: spec.kernel && paths.image(spec.kernel),
    ramdiskPath: spec.ramdisk && paths.image(spec.ramdisk),
  });
  await define(libvirt, xml);
  if (spec.rescue === undefined)
    await Promise.all([server.rescueDisk, server.rescueConfigDrive].map((path) => rm(path, { force: true })));
  return {};
};
