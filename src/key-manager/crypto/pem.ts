import { base64Encode } from "#base/base64.ts";
import { wipe } from "#base/secret.ts";

const lineEnd = 0x0a;
const lineLength = 64;

/** PEM (RFC 7468) in a fresh Buffer; no string, which nobody could wipe, ever holds the key. */
export function pemOf(label: string, der: Buffer): Buffer {
  const [head, foot] = [`-----BEGIN ${label}-----\n`, `-----END ${label}-----\n`];
  const text = base64Encode(der);
  const pem = Buffer.alloc(head.length + text.length + Math.ceil(text.length / lineLength) + foot.length);
  let at = pem.write(head, "latin1");
  for (let from = 0; from < text.length; from += lineLength) {
    at += text.copy(pem, at, from, from + lineLength);
    pem[at++] = lineEnd;
  }
  pem.write(foot, at, "latin1");
  wipe(text);
  return pem;
}
