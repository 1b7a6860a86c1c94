/**
 * What agents say to the vault: the control plane's store of TPM states, as swtpm encrypted them. A host may speak of the
 * servers that are on it and of no other. All bear repetition.
 */
import { Type, type Static } from "typebox";
import type { RequestContract } from "./bus.ts";

/** Of the server on the host that asks. */
const place = { hostId: Type.String(), serverId: Type.String() };

/** Hex. */
const Sha256 = Type.String({ pattern: "^[0-9a-f]{64}$" });

/** Why a state became a generation. */
const TpmStateCause = Type.Union([
  Type.Literal("made"),
  Type.Literal("changed"),
  Type.Literal("changed while the agent was away"),
  /** The server is older than the vault. */
  Type.Literal("first seen"),
]);
export type TpmStateCause = Static<typeof TpmStateCause>;

const Generation = Type.Object({
  generation: Type.Integer({ minimum: 1 }),
  sha256: Sha256,
  /** Milliseconds since the epoch. */
  at: Type.Integer(),
});

/**
 * A state, to be kept; answered when it is durable. The newest one again is answered and not kept twice; an older one is
 * answered as that and not kept. Throws `conflict` for another one while the host holds no open running interval.
 */
export const tpmStatePut = {
  subject: "tpm.state-put",
  request: Type.Object({
    ...place,
    /** base64. */
    bytes: Type.String({ minLength: 4, maxLength: 8 * 1024 ** 2 }),
    cause: TpmStateCause,
    /** Grows with every state that this process of the agent read: one that is overtaken on its way changes nothing. */
    order: Type.Object({ process: Type.String(), number: Type.Integer() }),
  }),
  reply: Type.Object({
    standing: Type.Union([Type.Literal("newest"), Type.Literal("older")]),
    generation: Type.Integer(),
  }),
} satisfies RequestContract;

/**
 * What the vault knows of a state that a host found before a start, and of a memory image that the start would restore; `sha256` is
 * absent when it found no state, `saveSha256` when there is no image.
 */
export const tpmStateCompare = {
  subject: "tpm.state-compare",
  request: Type.Object({ ...place, sha256: Type.Optional(Sha256), saveSha256: Type.Optional(Sha256) }),
  reply: Type.Object({
    standing: Type.Union([
      Type.Literal("newest"),
      Type.Literal("missing"),
      Type.Literal("older"),
      Type.Literal("unknown"),
      /** An operator chose what the server goes on with; whatever the host has gives way. */
      Type.Literal("superseded"),
      /** The vault has no state of this server yet. */
      Type.Literal("first"),
    ]),
    /** Whether this host holds the open running interval: it may have a state that never reached the vault. */
    held: Type.Boolean(),
    newest: Type.Optional(Generation),
    /** The generation that was found, when it is an older one. */
    found: Type.Optional(Generation),
    /** The managed save that was recorded at the suspend. */
    save: Type.Optional(Type.Object({ sha256: Sha256, generation: Type.Integer() })),
    /** The newest generation when the vault first heard of the image that was found. */
    knownSave: Type.Optional(Type.Integer()),
  }),
} satisfies RequestContract;
export type TpmComparison = Static<(typeof tpmStateCompare)["reply"]>;

/** The newest state's bytes. */
export const tpmStateRead = {
  subject: "tpm.state-read",
  request: Type.Object({ ...place, generation: Type.Integer() }),
  reply: Type.Object({ bytes: Type.String(), sha256: Sha256 }),
} satisfies RequestContract;

/**
 * Before the domain starts: from now on this host's changes are the server's. Throws `conflict` unless `sha256` is the newest.
 * `saveSha256`: of the memory image that the start restores.
 */
export const tpmIntervalOpen = {
  subject: "tpm.interval-open",
  request: Type.Object({ ...place, sha256: Sha256, saveSha256: Type.Optional(Sha256) }),
  reply: Type.Object({}),
} satisfies RequestContract;

/**
 * After the domain ended. Throws `conflict` unless `sha256`, the state that the host has now, is the newest. `saveSha256`: of
 * the managed save that the domain ended with.
 */
export const tpmIntervalClose = {
  subject: "tpm.interval-close",
  request: Type.Object({ ...place, sha256: Sha256, saveSha256: Type.Optional(Sha256) }),
  reply: Type.Object({}),
} satisfies RequestContract;
