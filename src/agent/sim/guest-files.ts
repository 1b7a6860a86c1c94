import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

const virtualSize = 1024n * 1024n;

/** What a copy of a simulated server's disk has in it: again the same for the same boot. */
export function simSnapshot(serverId: string, boots: number): Buffer {
  const text = `the disk of server ${serverId} at its boot ${boots}\n`;
  return Buffer.concat([qcow2Header(virtualSize), Buffer.from(text)]);
}

/** Files that pass for a guest where nothing boots: an image has to have some data, and a qcow2 disk its header. */
export async function simGuestWrite(
  folder: string,
): Promise<{ readonly kernelPath: string; readonly ramdiskPath: string; readonly diskPath: string }> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const paths = {
    kernelPath: join(folder, "kernel"),
    ramdiskPath: join(folder, "ramdisk"),
    diskPath: join(folder, "disk.qcow2"),
  };
  await Promise.all([
    writeFile(paths.kernelPath, "the kernel of a simulated guest\n"),
    writeFile(paths.ramdiskPath, "the ramdisk of a simulated guest\n"),
    writeFile(paths.diskPath, qcow2Header(virtualSize)),
  ]);
  return paths;
}

/** The fixed header of version 3 (QEMU's docs/interop/qcow2): all that is looked at. */
function qcow2Header(size: bigint): Buffer {
  const header = Buffer.alloc(104);
  header.write("QFI\xfb", 0, "latin1");
  header.writeUInt32BE(3, 4);
  header.writeUInt32BE(16, 20);
  header.writeBigUInt64BE(size, 24);
  header.writeUInt32BE(4, 96);
  header.writeUInt32BE(104, 100);
  return header;
}
