const lengthBytes = 4;

/** Several boxes in the one column that a saga has for a box: before each its length. An absent one has none. */
export function sealedBoxesJoin(boxes: readonly (Uint8Array | undefined)[]): Uint8Array | undefined {
  if (boxes.every((box) => box === undefined)) return undefined;
  return Buffer.concat(
    boxes.flatMap((box) => {
      const length = Buffer.alloc(lengthBytes);
      length.writeUInt32BE(box?.length ?? 0);
      return box ? [length, box] : [length];
    }),
  );
}

/** The box that was joined at this place. */
export function sealedBoxAt(joined: Uint8Array | undefined, place: number): Uint8Array | undefined {
  if (joined === undefined) return undefined;
  const bytes = Buffer.from(joined);
  let start = 0;
  for (let at = 0; at < place; at += 1) start += lengthBytes + bytes.readUInt32BE(start);
  const length = bytes.readUInt32BE(start);
  return length === 0 ? undefined : bytes.subarray(start + lengthBytes, start + lengthBytes + length);
}
