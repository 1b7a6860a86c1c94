import { CloudError } from "#base/errors.ts";

/** Enough for the fixed header of qcow2 version 3 (QEMU's docs/interop/qcow2). */
export const headBytes = 104;

const qcow2Magic = 0x514649fb;
/** dirty, corrupt, external data file, compression type, extended L2 entries. */
const knownIncompatibleFeatures = 0b1_1111n;
const externalDataFile = 0b100n;

/**
 * Checks the first `headBytes` bytes of the data (all of it when shorter) against the format that was claimed.
 * A qcow2 that names other files would make QEMU open any path of the host, so it is refused (CVE-2024-32498).
 * Returns the virtual size in bytes where the format tells it.
 */
export function inspectHead(diskFormat: string, head: Buffer): number | undefined {
  if (diskFormat !== "qcow2") return undefined;
  if (head.length < 72 || head.readUInt32BE(0) !== qcow2Magic) {
    throw refused(
      "the data does not begin with the qcow2 signature. Upload a qcow2 file or set the right disk_format",
    );
  }
  const version = head.readUInt32BE(4);
  if (version !== 2 && version !== 3)
    throw refused(`qcow2 version ${version} is not supported, only 2 and 3`);
  if (head.readBigUInt64BE(8) !== 0n) {
    throw refused("it has a backing file. Flatten it with qemu-img convert -O qcow2");
  }
  if (version === 3) {
    if (head.length < headBytes) throw refused("its qcow2 header is cut off");
    const features = head.readBigUInt64BE(72);
    if ((features & externalDataFile) !== 0n) {
      throw refused("it has an external data file. Put the data inside with qemu-img convert -O qcow2");
    }
    if ((features & ~knownIncompatibleFeatures) !== 0n)
      throw refused("it uses unknown incompatible features of qcow2");
  }
  const virtualSize = head.readBigUInt64BE(24);
  if (virtualSize > BigInt(Number.MAX_SAFE_INTEGER)) throw refused("its virtual size is not plausible");
  return Number(virtualSize);
}

function refused(why: string): CloudError {
  return new CloudError("unsupported-media", `The image data was refused: disk_format is qcow2, but ${why}.`);
}
