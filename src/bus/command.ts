/** What the contracts of commands are made of. */
import { Type, type TSchema } from "typebox";
import type { RequestContract } from "./bus.ts";

/** The API request that the command is for, so that both sides' logs name the same. */
export const requestId = Type.Optional(Type.String());

/** A passphrase sealed to this host's key (src/seal); associated data: `vtpmAssociatedData(serverId)`. */
export const SealedBox = Type.String({ minLength: 1 });

export const ImageRef = Type.Object({
  imageId: Type.String(),
  /** Hex; verified before the image is used. */
  sha512: Type.String(),
  sizeBytes: Type.Integer({ minimum: 0 }),
  diskFormat: Type.String(),
});

export const TpmSpec = Type.Object({
  version: Type.Union([Type.Literal("1.2"), Type.Literal("2.0")]),
  model: Type.Union([Type.Literal("tpm-tis"), Type.Literal("tpm-crb")]),
  /** UUID of the key manager's secret; the libvirt secret has the same. */
  secretId: Type.String(),
});

export const Server = Type.Object({ serverId: Type.String(), requestId });
export const KeptSide = Type.Object({
  serverId: Type.String(),
  requestId,
  keep: Type.Union([Type.Literal("old"), Type.Literal("new")]),
});
export const Done = Type.Object({});

export function command<Q extends TSchema, R extends TSchema>(name: string, request: Q, reply: R) {
  return { subject: `host.command.${name}`, request, reply } satisfies RequestContract<Q, R>;
}
