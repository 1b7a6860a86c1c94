import { CloudError } from "#base/errors.ts";
import type { OrderMeta, OrderType } from "./order.ts";

/** Bit lengths by algorithm; Barbican's own back end has the same algorithms but EC. */
const symmetric: Readonly<Record<string, readonly number[]>> = {
  aes: [128, 192, 256],
  des: [64],
  "3des": [64, 128, 192],
  desede: [64, 128, 192],
  hmacsha1: [64, 128, 160, 192, 256],
  hmacsha256: [64, 128, 192, 256],
  hmacsha384: [64, 128, 192, 256, 384],
  hmacsha512: [64, 128, 192, 256, 384, 512],
};
const asymmetric = {
  rsa: [1024, 2048, 3072, 4096],
  // Longer ones take minutes.
  dsa: [1024, 2048, 3072],
  ec: [256, 384],
} as const;

export type KeyPairAlgorithm = keyof typeof asymmetric;

/** Throws `invalid`, in Barbican's words for an order's error, when no such key can be made. */
export function symmetricCheck({ algorithm, bit_length: bits, mode }: OrderMeta): void {
  // XTS has two keys.
  const keys = mode?.toLowerCase() === "xts" ? 2 : 1;
  requireKnown("key", Object.hasOwn(symmetric, algorithm.toLowerCase()), algorithm);
  requireKnown(
    "key",
    symmetric[algorithm.toLowerCase()]?.includes(bits / keys),
    `${algorithm} of ${bits} bits`,
  );
}

/** The algorithm of a key pair; throws as `symmetricCheck`. */
export function keyPairAlgorithm({ algorithm, bit_length: bits }: OrderMeta): KeyPairAlgorithm {
  const name = (Object.keys(asymmetric) as KeyPairAlgorithm[]).find(
    (known) => known === algorithm.toLowerCase(),
  );
  const lengths: readonly number[] = name === undefined ? [] : asymmetric[name];
  requireKnown("asymmetric", lengths.includes(bits), `${algorithm} of ${bits} bits`);
  return name as KeyPairAlgorithm;
}

function requireKnown(type: OrderType, known: boolean | undefined, what: string): void {
  if (known === true) return;
  throw new CloudError(
    "invalid",
    `Process TypeOrder issue seen - Secret generate supported plugin not found: ${what}, order type ${type}.`,
  );
}
