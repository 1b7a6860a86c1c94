import type { SecretBox } from "../domain/secret-box.ts";
import { masterKeyRequire } from "../store/master-keys.ts";
import type { MasterKeyRing } from "./master-key-ring.ts";

/**
 * Boxes of the master keys. The text names its key: `<id of the master key>:<base64>`. One without a name is from before
 * there were several keys, so `firstKeyId` sealed it.
 */
export function createMasterBox(ring: MasterKeyRing, firstKeyId: string): SecretBox {
  return {
    async seal(plaintext, context) {
      const { masterKeyId, wrapped } = await ring.wrap(plaintext, context);
      return {
        async text(tx) {
          await masterKeyRequire(tx, masterKeyId);
          return `${masterBoxPrefix(masterKeyId)}${wrapped}`;
        },
      };
    },
    async open(sealed, context) {
      const end = sealed.indexOf(":");
      const masterKeyId = end < 0 ? firstKeyId : sealed.slice(0, end);
      return ring.unwrap({ masterKeyId, wrapped: sealed.slice(end + 1) }, context);
    },
  };
}

/** What the texts of that key begin with. */
export function masterBoxPrefix(masterKeyId: string): string {
  return `${masterKeyId}:`;
}
