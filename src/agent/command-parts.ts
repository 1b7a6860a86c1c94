import type { commands } from "#bus/index.ts";

/** Commands that touch no more of a server than this part of it, so that they go beside each other (server-queue.ts). */
export const commandParts: Partial<Readonly<Record<keyof typeof commands, string>>> = {
  disksCreate: "disks",
  configDriveCreate: "disks",
  domainDefine: "disks",
  tpmManufacture: "tpm",
};
