/** The fixed header of a qcow2 file, with valid defaults (QEMU's docs/interop/qcow2). */
export function aQcow2Head(fields: {
  readonly version?: number;
  readonly backingFileOffset?: bigint;
  readonly virtualSize?: bigint;
  readonly features?: bigint;
}): Buffer {
  const head = Buffer.alloc(104);
  head.write("QFI\xfb", 0, "latin1");
  head.writeUInt32BE(fields.version ?? 3, 4);
  head.writeBigUInt64BE(fields.backingFileOffset ?? 0n, 8);
  head.writeUInt32BE(16, 20);
  head.writeBigUInt64BE(fields.virtualSize ?? 1024n * 1024n, 24);
  head.writeBigUInt64BE(fields.features ?? 0n, 72);
  head.writeUInt32BE(104, 100);
  return head;
}
