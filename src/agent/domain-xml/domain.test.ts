import { join } from "node:path";
import { expect, test } from "vitest";
import { domainXml } from "./domain.ts";
import type { DomainHost, DomainSpec } from "./domain-spec.ts";
import { domainTpmVersionFind, metadataCloudFind } from "./metadata.ts";

const plain: DomainSpec = {
  serverId: "5b3c7a0e-95a5-4f0a-9d5e-0d3f1e0a7c11",
  instanceName: "instance-00000001",
  displayName: "web",
  vcpus: 1,
  memoryMiB: 512,
};
const host: DomainHost = {
  cloudId: "a1b2c3",
  virtType: "qemu",
  diskPath: "/var/lib/sealstone/servers/5b3c7a0e-95a5-4f0a-9d5e-0d3f1e0a7c11/disk",
  ephemeralDiskPath: "/var/lib/sealstone/servers/5b3c7a0e-95a5-4f0a-9d5e-0d3f1e0a7c11/disk.eph0",
  swapDiskPath: "/var/lib/sealstone/servers/5b3c7a0e-95a5-4f0a-9d5e-0d3f1e0a7c11/disk.swap",
  configDrivePath: "/var/lib/sealstone/servers/5b3c7a0e-95a5-4f0a-9d5e-0d3f1e0a7c11/disk.config",
  rescueDiskPath: "/var/lib/sealstone/servers/5b3c7a0e-95a5-4f0a-9d5e-0d3f1e0a7c11/disk.rescue",
  directIo: true,
  consoleLogPath: "/var/lib/sealstone/servers/5b3c7a0e-95a5-4f0a-9d5e-0d3f1e0a7c11/console.log",
  kernelPath: undefined,
  ramdiskPath: undefined,
};
const secretId = "c0a8f3d2-6f5e-4f55-8a3a-3b8a1c9d7e21";
const kernel = { kernelPath: "/var/lib/sealstone/_base/k", ramdiskPath: "/var/lib/sealstone/_base/r" };

const cases: Readonly<Record<string, readonly [DomainSpec, DomainHost]>> = {
  "plain-qemu": [plain, host],
  "plain-kvm": [
    { ...plain, vcpus: 4 },
    { ...host, virtType: "kvm", directIo: false },
  ],
  "tpm-2.0-crb-kernel": [
    {
      ...plain,
      displayName: `<"a & b'>`,
      kernelCommandLine: "console=ttyS0 quiet root='x&y'",
      tpm: { version: "2.0", model: "tpm-crb", secretId },
    },
    { ...host, ...kernel },
  ],
  "config-drive": [{ ...plain, configDrive: "ide" }, host],
  "blank-disks": [{ ...plain, ephemeralGiB: 1, swapMiB: 64, configDrive: "ide" }, host],
  "blank-disks-rescue": [
    { ...plain, ephemeralGiB: 1, swapMiB: 64, rescue: { device: "disk", bus: "virtio", stable: false } },
    host,
  ],
  "blank-disks-rescue-stable": [
    { ...plain, swapMiB: 64, rescue: { device: "disk", bus: "virtio", stable: true } },
    host,
  ],
  rescue: [
    { ...plain, configDrive: "ide", rescue: { device: "disk", bus: "virtio", stable: false } },
    { ...host, configDrivePath: `${host.configDrivePath}.rescue` },
  ],
  "rescue-stable-cdrom": [
    { ...plain, configDrive: "sata", rescue: { device: "cdrom", bus: "sata", stable: true } },
    host,
  ],
  "rescue-stable-usb": [
    {
      ...plain,
      tpm: { version: "2.0", model: "tpm-crb", secretId },
      rescue: { device: "disk", bus: "usb", stable: true },
    },
    { ...host, directIo: false },
  ],
  "rescue-stable-scsi-kernel": [
    { ...plain, kernelCommandLine: "quiet", rescue: { device: "disk", bus: "scsi", stable: true } },
    { ...host, ...kernel },
  ],
  "tpm-1.2-tis": [{ ...plain, tpm: { version: "1.2", model: "tpm-tis", secretId } }, host],
};

test.each(Object.entries(cases))("%s", async (name, [spec, on]) => {
  await expect(domainXml(spec, on)).toMatchFileSnapshot(join("golden", `${name}.xml`));
});

test("a domain says whose it is and which TPM it has, whatever its name contains", () => {
  const displayName = `</sealstone:name><sealstone:server xmlns:sealstone="urn:sealstone:server:1" cloud="theirs">`;
  const xml = domainXml({ ...plain, displayName, tpm: { version: "1.2", model: "tpm-tis", secretId } }, host);
  expect(metadataCloudFind(xml)).toBe("a1b2c3");
  expect(domainTpmVersionFind(xml)).toBe("1.2");
  expect(domainTpmVersionFind(domainXml(plain, host))).toBeUndefined();
});

test("a domain that another program defined is nobody's", () => {
  expect(metadataCloudFind("<domain type='kvm'><name>x</name></domain>")).toBeUndefined();
  expect(
    metadataCloudFind(
      `<domain><metadata><sealstone:server xmlns:sealstone="other" cloud="a1b2c3"/></metadata></domain>`,
    ),
  ).toBeUndefined();
});
