import { Type } from "typebox";
import { command, Done, KeptSide, requestId, SealedBox, Server, TpmSpec } from "./command.ts";

/** A TPM as swtpm encrypted it, and the certificates that swtpm_setup made of its keys; all base64. */
const TpmContent = Type.Object({
  bytes: Type.String(),
  certificates: Type.Array(Type.Object({ name: Type.String(), bytes: Type.String() })),
});

/** One of the keys that a TPM was born with, as PEM, and what the host's authority says of it. */
const EndorsementKey = Type.Object({
  algorithm: Type.Union([Type.Literal("rsa"), Type.Literal("ecc")]),
  publicKey: Type.String(),
  certificate: Type.String(),
});

export const tpmCommands = {
  /** Makes the TPM once; an existing complete one is kept. Answers its endorsement keys, where the host knows them. */
  tpmManufacture: command(
    "tpm-manufacture",
    Type.Object({
      serverId: Type.String(),
      requestId,
      /** Who makes the server: a TPM that was made ahead is claimed for both. */
      sagaId: Type.Optional(Type.String()),
      tpm: TpmSpec,
      passphrase: SealedBox,
      /** Not a new one, but a copy of an image's. */
      source: Type.Optional(
        Type.Object({ imageId: Type.String(), content: TpmContent, passphrase: SealedBox }),
      ),
    }),
    Type.Object({ endorsementKeys: Type.Optional(Type.Array(EndorsementKey)) }),
  ),
  /** The TPM as it is now, put under the passphrase of an image, which is sealed with that image as associated data. */
  tpmCopy: command(
    "tpm-copy",
    Type.Object({
      serverId: Type.String(),
      requestId,
      imageId: Type.String(),
      tpm: TpmSpec,
      passphrase: SealedBox,
      imagePassphrase: SealedBox,
    }),
    TpmContent,
  ),
  /** TPM state and its libvirt secret, gone. */
  tpmDelete: command(
    "tpm-delete",
    Type.Object({ serverId: Type.String(), requestId, secretId: Type.Optional(Type.String()) }),
    Done,
  ),
  /** Of a server that is off: puts its TPM aside, so that another may be made in its place. */
  tpmPark: command("tpm-park", Server, Done),
  /** `old`: the TPM that was put aside takes its place again, and one that was made meanwhile is gone; `new`: the other way round. */
  tpmParkEnd: command("tpm-park-end", KeptSide, Done),
  /** Once the vault has the last state: TPM state and its libvirt secret, gone from the host. The domain is off. */
  tpmRest: command(
    "tpm-rest",
    Type.Object({ serverId: Type.String(), requestId, version: TpmSpec.properties.version }),
    Done,
  ),
  /**
   * Whether a start would be refused because of the TPM's state or the memory image, without changing anything: `conflict`, in the
   * words of the start, when it would.
   */
  tpmCheck: command(
    "tpm-check",
    Type.Object({
      serverId: Type.String(),
      requestId,
      spec: TpmSpec,
      /** What the start does with the memory image: it takes nothing else, restores one that is there, or throws it away first. */
      memoryImage: Type.Union([Type.Literal("required"), Type.Literal("restored"), Type.Literal("dropped")]),
      /** For a state that only swtpm can judge. */
      passphrase: Type.Optional(SealedBox),
    }),
    Type.Object({
      /** `undecided`: swtpm would have to open the state, and no passphrase was there to do so. */
      verdict: Type.Union([Type.Literal("starts"), Type.Literal("undecided")]),
      /** Whether the host keeps the passphrase of this secret. */
      keepsPassphrase: Type.Boolean(),
    }),
  ),
} as const;
