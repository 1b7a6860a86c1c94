import { newUuid, type SecretId } from "#base/ids.ts";
import { wipe } from "#base/secret.ts";
import type { Tx } from "#db/index.ts";
import { keyPairGenerate, symmetricKeyGenerate } from "../crypto/generate.ts";
import type { PayloadVault } from "../crypto/payload-vault.ts";
import type { Container, ContainerId } from "../domain/container.ts";
import { contentTypeFind } from "../domain/content-type.ts";
import { isoTimeParse } from "../domain/iso-time.ts";
import { keyPairAlgorithm, symmetricCheck } from "../domain/key-algorithms.ts";
import type { Order } from "../domain/order.ts";
import type { SealedPayload, Secret, SecretType } from "../domain/secret.ts";
import { containerInsert } from "../store/containers.ts";
import type { ClaimedOrder } from "../store/orders.ts";
import { secretInsert } from "../store/secrets.ts";

/** What an order has become: sealed, and not yet in the database. */
export interface FilledOrder {
  readonly secretId?: SecretId;
  readonly containerId?: ContainerId;
  readonly secretIds: readonly SecretId[];
  insert(tx: Tx): Promise<void>;
}

/** Makes what is ordered. Throws `invalid` when nobody can. */
export async function orderFill(
  vault: PayloadVault,
  claimed: ClaimedOrder,
  now: number,
): Promise<FilledOrder> {
  return claimed.order.type === "key" ? fillKey(vault, claimed.order, now) : fillPair(vault, claimed, now);
}

async function fillKey(vault: PayloadVault, order: Order, now: number): Promise<FilledOrder> {
  symmetricCheck(order.meta);
  const key = symmetricKeyGenerate(order.meta.bit_length);
  const secret = await sealed(vault, order, { type: "symmetric", now }, key);
  const { id } = secret;
  return { secretId: id, secretIds: [id], insert: (tx) => secretInsert(tx, secret) };
}

async function fillPair(
  vault: PayloadVault,
  { order, passphrase }: ClaimedOrder,
  now: number,
): Promise<FilledOrder> {
  const algorithm = keyPairAlgorithm(order.meta);
  const { projectId, creatorId } = order;
  const opened =
    passphrase && (await vault.open({ secretId: passphrase.secretId, projectId }, passphrase.payload));
  const pair = await keyPairGenerate(algorithm, order.meta.bit_length, opened).finally(
    () => opened && wipe(opened),
  );
  // Both are wiped, whatever becomes of the other.
  const [privateKey, publicKey] = await Promise.all([
    sealed(vault, order, { type: "private", now }, pair.privateKey),
    sealed(vault, order, { type: "public", now }, pair.publicKey),
  ]);
  const phrase = passphrase && secretOf(order, { type: "passphrase", now }, passphrase);
  const container: Container = {
    id: newUuid<ContainerId>(),
    projectId,
    creatorId,
    name: order.meta.name ?? undefined,
    type: algorithm,
    secrets: [
      { name: "private_key", secretId: privateKey.id },
      { name: "public_key", secretId: publicKey.id },
      ...(phrase ? [{ name: "private_key_passphrase", secretId: phrase.id }] : []),
    ],
    createdAt: now,
    updatedAt: now,
  };
  const secrets = [privateKey, publicKey, ...(phrase ? [phrase] : [])];
  return {
    containerId: container.id,
    secretIds: secrets.map(({ id }) => id),
    async insert(tx) {
      for (const secret of secrets) await secretInsert(tx, secret);
      await containerInsert(tx, container);
    },
  };
}

interface Kind {
  readonly type: SecretType;
  readonly now: number;
}

/** The secret of these bytes, which are wiped. */
async function sealed(vault: PayloadVault, order: Order, kind: Kind, bytes: Buffer): Promise<Secret> {
  const secretId = newUuid<SecretId>();
  try {
    const payload = await vault.seal({ secretId, projectId: order.projectId }, bytes);
    return secretOf(order, kind, { secretId, payload });
  } finally {
    wipe(bytes);
  }
}

function secretOf(
  { projectId, creatorId, meta }: Order,
  { type, now }: Kind,
  made: { readonly secretId: SecretId; readonly payload: SealedPayload },
): Secret {
  return {
    id: made.secretId,
    projectId,
    creatorId,
    name: meta.name ?? undefined,
    secretType: type,
    algorithm: meta.algorithm,
    bitLength: meta.bit_length,
    mode: meta.mode,
    expiresAt: meta.expiration === null ? undefined : isoTimeParse(meta.expiration),
    contentType: contentTypeFind(meta.payload_content_type ?? "") ?? "application/octet-stream",
    payload: made.payload,
    createdAt: now,
    updatedAt: now,
  };
}
