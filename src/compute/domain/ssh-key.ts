import { createHash, generateKeyPairSync } from "node:crypto";
import { CloudError } from "#base/errors.ts";

/** Nova's fingerprint of an OpenSSH public key: MD5 of the key's bytes, in hex with colons. */
export function sshFingerprint(publicKey: string): string {
  const [type = "", encoded = ""] = publicKey.trim().split(/\s+/);
  const bytes = Buffer.from(encoded, "base64");
  const typeLength = bytes.length > 4 ? bytes.readUInt32BE(0) : 0;
  // RFC 4253 section 6.6: the key's bytes begin with its type as a string.
  if (bytes.subarray(4, 4 + typeLength).toString("utf8") !== type || type === "") {
    throw new CloudError("invalid", "Keypair data is invalid: failed to generate fingerprint");
  }
  const digest = createHash("md5").update(bytes).digest("hex");
  return digest.match(/../g)?.join(":") ?? digest;
}

/** A new RSA key pair of 2048 bits: OpenSSH public key, PEM private key. */
export function sshKeyGenerate(comment: string): { readonly publicKey: string; readonly privateKey: string } {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const { n = "", e = "" } = publicKey.export({ format: "jwk" });
  const fields = [
    Buffer.from("ssh-rsa"),
    mpint(Buffer.from(e, "base64url")),
    mpint(Buffer.from(n, "base64url")),
  ];
  const bytes = Buffer.concat(fields.flatMap((field) => [uint32(field.length), field]));
  return {
    publicKey: `ssh-rsa ${bytes.toString("base64")} ${comment}`,
    privateKey: privateKey.export({ format: "pem", type: "pkcs1" }) as string,
  };
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** RFC 4251 section 5: a positive number whose first bit is set gets a zero byte before it. */
function mpint(bytes: Buffer): Buffer {
  return (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.alloc(1), bytes]) : bytes;
}
