const alphabet = Buffer.from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
const [padding, lineEnd] = [0x3d, 0x0a];
const lineLength = 64;

/** PEM (RFC 7468) in a fresh Buffer; no string, which nobody could wipe, ever holds the key. */
export function pemOf(label: string, der: Buffer): Buffer {
  const [head, foot] = [`-----BEGIN ${label}-----\n`, `-----END ${label}-----\n`];
  const characters = Math.ceil(der.length / 3) * 4;
  const pem = Buffer.alloc(head.length + characters + Math.ceil(characters / lineLength) + foot.length);
  let at = pem.write(head, "latin1");
  for (let index = 0, column = 0; index < der.length; index += 3) {
    for (const character of fourOf(der, index)) pem[at++] = character;
    column += 4;
    if (column < lineLength && index + 3 < der.length) continue;
    pem[at++] = lineEnd;
    column = 0;
  }
  pem.write(foot, at, "latin1");
  return pem;
}

/** Base64 (RFC 4648) of three bytes, or of the one or two that are left. */
function fourOf(bytes: Buffer, index: number): readonly number[] {
  const [first = 0, second, third] = bytes.subarray(index, index + 3);
  const bits = (first << 16) | ((second ?? 0) << 8) | (third ?? 0);
  const at = (shift: number): number => alphabet[(bits >> shift) & 63] ?? 0;
  return [at(18), at(12), second === undefined ? padding : at(6), third === undefined ? padding : at(0)];
}
