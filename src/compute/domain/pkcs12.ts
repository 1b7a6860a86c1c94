import { createHash, createHmac, randomBytes } from "node:crypto";
import { derInteger, derNull, derOctets, derOid, derSequence, derSet, derTagged } from "./der.ts";

const sha256 = derOid("2.16.840.1.101.3.4.2.1");
const rounds = 2_048;

/**
 * A key and its certificate in one file (RFC 7292) with an empty password, as Nova hands them to users of WinRM.
 * `key`: PKCS #8 in DER, `certificate`: DER.
 */
export function pkcs12(key: Uint8Array, certificate: Uint8Array): Buffer {
  const pair = derSet(
    derSequence(
      derOid("1.2.840.113549.1.9.21"),
      derSet(derOctets(createHash("sha1").update(certificate).digest())),
    ),
  );
  const certBag = derSequence(
    derOid("1.2.840.113549.1.12.10.1.3"),
    derTagged(0, derSequence(derOid("1.2.840.113549.1.9.22.1"), derTagged(0, derOctets(certificate)))),
    pair,
  );
  const keyBag = derSequence(derOid("1.2.840.113549.1.12.10.1.1"), derTagged(0, key), pair);
  const safe = derSequence(data(derSequence(certBag)), data(derSequence(keyBag)));
  return derSequence(derInteger(3), data(safe), macOf(safe));
}

function data(content: Uint8Array): Buffer {
  return derSequence(derOid("1.2.840.113549.1.7.1"), derTagged(0, derOctets(content)));
}

function macOf(safe: Uint8Array): Buffer {
  const salt = randomBytes(16);
  const mac = createHmac("sha256", macKey(salt)).update(safe).digest();
  return derSequence(
    derSequence(derSequence(sha256, derNull), derOctets(mac)),
    derOctets(salt),
    derInteger(Buffer.from([rounds >> 8, rounds & 0xff])),
  );
}

/** RFC 7292 appendix B.2 with id 3; one block is enough for SHA-256's own length. */
function macKey(salt: Uint8Array): Buffer {
  const block = 64;
  const fill = (bytes: Uint8Array): Buffer => Buffer.alloc(block, bytes);
  // The empty password is a terminator alone: two zero bytes.
  let digest = Buffer.concat([Buffer.alloc(block, 3), fill(salt), fill(Buffer.alloc(2))]);
  for (let round = 0; round < rounds; round += 1) digest = createHash("sha256").update(digest).digest();
  return digest;
}
