import { join } from "node:path";
import { CloudError } from "#base/errors.ts";
import { isUuid } from "#base/ids.ts";
import type { TpmVersion } from "#vtpm/index.ts";

/** Where libvirt keeps the state of every swtpm; built into libvirt. */
const swtpmStatePath = "/var/lib/libvirt/swtpm";

/** Where libvirt keeps managed saves; built into libvirt. */
const managedSavePath = "/var/lib/libvirt/qemu/save";

/** The image of a domain's managed save (`qemuDomainManagedSavePath`). */
export function managedSaveFile(domainName: string): string {
  return join(managedSavePath, `${domainName}.save`);
}

export interface AgentPathOptions {
  /** Ours alone (0700 is fine): the host's id and key. */
  readonly statePath: string;
  /** What QEMU and swtpm open: their users must reach it. */
  readonly instancesPath: string;
}

/** What tells one image's bytes from all others. */
export interface ImageKey {
  readonly imageId: string;
  /** Hex. */
  readonly sha512: string;
}

/** Every path that the agent touches. */
export interface AgentPaths {
  readonly hostId: string;
  readonly hostKey: string;
  /** Passphrases that this host keeps for servers of the mode `host`, a file each; root's alone. */
  readonly keptPassphrases: string;
  readonly instances: string;
  readonly servers: string;
  readonly images: string;
  /** The certificate authority of this host's TPMs and swtpm_setup's configuration. */
  readonly tpmAuthority: string;
  /** TPMs made ahead. */
  readonly tpmPool: string;
  /** By id and content: other bytes under the same id are another file, and no overlay loses its base. */
  image(image: ImageKey): string;
  server(serverId: string): ServerPaths;
}

/** A disk, and where it waits while another is in its place. */
export interface DiskPaths {
  readonly disk: string;
  /** Of a rebuild: the one that had its place. */
  readonly previousDisk: string;
  /** As it was before a resize that is not yet confirmed. */
  readonly oldDisk: string;
}

export interface ServerPaths extends DiskPaths {
  readonly folder: string;
  /** Of a rebuild: the root disk that is to take its place. */
  readonly nextDisk: string;
  /** The flavor's ephemeral disk. */
  readonly ephemeral: DiskPaths;
  readonly swapDisk: string;
  readonly configDrive: string;
  /** What the server boots from while it is rescued. */
  readonly rescueDisk: string;
  readonly rescueConfigDrive: string;
  readonly consoleLog: string;
  /** What we know of its TPM: the record of its making and its certificates. */
  readonly tpmRecords: string;
  /** The passphrase that this host keeps for it, sealed to the host's key. */
  readonly keptPassphrase: string;
  /** libvirt's folder for the server's TPM; holds a folder for its version. */
  readonly tpmState: string;
  /** The copy of its disk that becomes this image. */
  snapshot(imageId: string): string;
  /** Of a TPM that was put aside: the same two. */
  readonly parkedTpm: { readonly records: string; readonly state: string };
}

export function agentPaths({ statePath, instancesPath }: AgentPathOptions): AgentPaths {
  const servers = join(instancesPath, "servers");
  const images = join(instancesPath, "_base");
  const keptPassphrases = join(statePath, "agent", "passphrases");
  return {
    hostId: join(statePath, "agent", "host-id"),
    hostKey: join(statePath, "agent", "host.key"),
    keptPassphrases,
    instances: instancesPath,
    servers,
    images,
    tpmAuthority: join(instancesPath, "tpm-authority"),
    tpmPool: join(instancesPath, "tpm-pool"),
    image: ({ imageId, sha512 }) => join(images, `${checkedId(imageId)}-${checkedHash(sha512).slice(0, 32)}`),
    server: (serverId) => {
      const folder = join(servers, checkedId(serverId));
      return {
        folder,
        ...diskPaths(join(folder, "disk")),
        nextDisk: join(folder, "disk.next"),
        ephemeral: diskPaths(join(folder, "disk.eph0")),
        swapDisk: join(folder, "disk.swap"),
        configDrive: join(folder, "disk.config"),
        rescueDisk: join(folder, "disk.rescue"),
        rescueConfigDrive: join(folder, "disk.config.rescue"),
        consoleLog: join(folder, "console.log"),
        tpmRecords: join(folder, "tpm"),
        keptPassphrase: join(keptPassphrases, `${checkedId(serverId)}.json`),
        tpmState: join(swtpmStatePath, serverId.toLowerCase()),
        snapshot: (imageId) => join(folder, `snapshot-${checkedId(imageId)}.qcow2`),
        parkedTpm: {
          records: join(folder, "tpm.old"),
          state: join(swtpmStatePath, `${serverId.toLowerCase()}.old`),
        },
      };
    },
  };
}

function diskPaths(disk: string): DiskPaths {
  return { disk, previousDisk: `${disk}.previous`, oldDisk: `${disk}.old` };
}

/** A hash becomes part of a path too. */
function checkedHash(hex: string): string {
  if (/^[0-9a-f]{128}$/i.test(hex)) return hex.toLowerCase();
  throw new CloudError("invalid", `"${hex}" is no SHA-512 in hex.`);
}

/** An id becomes part of a path that root writes to. */
function checkedId(id: string): string {
  if (isUuid(id)) return id.toLowerCase();
  throw new CloudError("invalid", `"${id}" is no UUID.`);
}

/** The folder and file names of libvirt (`qemu_tpm.c`) and of swtpm's directory back end (`swtpm_nvstore.c`). */
export const tpmStateNames: Readonly<Record<TpmVersion, { readonly folder: string; readonly file: string }>> =
  {
    "1.2": { folder: "tpm1.2", file: "tpm-00.permall" },
    "2.0": { folder: "tpm2", file: "tpm2-00.permall" },
  };
