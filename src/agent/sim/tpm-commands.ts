import { createHash } from "node:crypto";
import { CloudError } from "#base/errors.ts";
import { wipe } from "#base/secret.ts";
import { boxOpen, type SealKeyPair } from "#seal/index.ts";
import { vtpmAssociatedData } from "#vtpm/index.ts";
import { keptPassphraseAbsentError } from "../tpm/refusals.ts";
import { vaultCompare } from "../tpm/vault.ts";
import type { SimServer } from "./books.ts";
import { offRequire } from "./off-require.ts";
import type { SimCommands, SimMessage, SimPlace } from "./sim-command.ts";
import { simStateEnd, simStateJudge, simStatePut, simStateRestore } from "./vault.ts";

export const simTpmCommands = {
  async tpmManufacture(
    { books, key, ...place },
    { serverId, tpm: { version, secretId }, passphrase, source },
  ) {
    const { tpm } = books.get(serverId);
    if (tpm && (tpm.version !== version || tpm.secretId !== secretId)) {
      throw new CloudError(
        "conflict",
        `Server ${serverId} has a TPM ${tpm.version} with secret ${tpm.secretId}; asked for a TPM ${version} with secret ${secretId}. ` +
          "It is kept. Delete it first if it is to be replaced.",
      );
    }
    if (tpm === undefined) {
      if (source && (await passphraseHash(key, source.imageId, source.passphrase)) !== source.content.bytes)
        throw new CloudError(
          "conflict",
          "swtpm does not open the TPM state with its passphrase: it is damaged, or another one's.",
        );
      const passphraseSha256 = await passphraseHash(key, serverId, passphrase);
      books.set(serverId, {
        ...books.get(serverId),
        tpm: { version, secretId, passphraseSha256, writes: 0 },
      });
    }
    await simStatePut(place, serverId, tpm?.writes ?? 0, "made");
    return {};
  },
  /** A simulated TPM has nothing in it: the copy says by which passphrase it is opened. */
  async tpmCopy({ books, key }, { serverId, imageId, tpm: spec, passphrase, imagePassphrase }) {
    await tpmOpen(books.get(serverId), key, serverId, { spec, passphrase });
    return { bytes: await passphraseHash(key, imageId, imagePassphrase), certificates: [] };
  },
  async tpmCheck({ books, key, ...place }, { serverId, spec, passphrase }) {
    const server = books.get(serverId);
    const keepsPassphrase = server.tpm?.passphraseKept === true && server.tpm.secretId === spec.secretId;
    if (server.power !== "shutdown") return { verdict: "starts", keepsPassphrase };
    if (server.tpm === undefined) {
      // The start takes it from the vault, when that has it.
      const { standing } = await vaultCompare(place, serverId, { sha256: undefined });
      if (standing === "first") throw tpmMissingError(serverId);
      return { verdict: "starts", keepsPassphrase };
    }
    const { standing } = await simStateJudge(place, serverId, server.tpm.writes ?? 0);
    if (standing !== "unknown" && standing !== "first") return { verdict: "starts", keepsPassphrase };
    if (passphrase === undefined && !keepsPassphrase) return { verdict: "undecided", keepsPassphrase };
    await tpmOpen(server, key, serverId, { spec, ...(passphrase === undefined ? {} : { passphrase }) });
    return { verdict: "starts", keepsPassphrase };
  },
  tpmDelete({ books }, { serverId }) {
    offRequire(books, serverId, "its TPM");
    const { tpm: _gone, ...rest } = books.get(serverId);
    books.set(serverId, rest);
    return {};
  },
  async tpmRest({ books, ...place }, { serverId }) {
    offRequire(books, serverId, "its TPM");
    const { tpm, ...rest } = books.get(serverId);
    if (tpm !== undefined) await simStateEnd(place, serverId, tpm.writes ?? 0);
    books.set(serverId, rest);
    return {};
  },
} satisfies Partial<SimCommands>;

/** Without a state it has the vault's, as the real agent; the simulated passphrase is taken at its word then. */
export async function tpmRestored(
  place: SimPlace,
  server: SimServer,
  serverId: string,
  given: SimMessage<"domainStart">["tpm"],
  key: SealKeyPair,
): Promise<SimServer> {
  if (server.tpm !== undefined || given?.passphrase === undefined) return server;
  const { version, secretId } = given.spec;
  const [writes, passphraseSha256] = [
    await simStateRestore(place, serverId),
    await passphraseHash(key, serverId, given.passphrase),
  ];
  return { ...server, tpm: { version, secretId, passphraseSha256, writes } };
}

export async function tpmOpen(
  server: SimServer,
  key: SealKeyPair,
  serverId: string,
  tpm: SimMessage<"domainStart">["tpm"],
): Promise<NonNullable<SimServer["tpm"]>> {
  if (server.tpm === undefined) throw tpmMissingError(serverId);
  if (tpm === undefined) {
    throw new CloudError(
      "invalid",
      `Server ${serverId} has a TPM: starting it needs the passphrase, and none came with the command.`,
    );
  }
  if (tpm.passphrase === undefined) {
    if (server.tpm.passphraseKept === true && server.tpm.secretId === tpm.spec.secretId) return server.tpm;
    throw keptPassphraseAbsentError({ serverId, secretId: tpm.spec.secretId });
  }
  if ((await passphraseHash(key, serverId, tpm.passphrase)) !== server.tpm.passphraseSha256)
    throw new CloudError("bug", `The TPM state of server ${serverId} does not open with this passphrase.`);
  return server.tpm;
}

function tpmMissingError(serverId: string): CloudError {
  return new CloudError(
    "conflict",
    `The TPM state of server ${serverId} is missing. It is not made anew, because what was sealed to the old one would be lost for good.`,
  );
}

async function passphraseHash(key: SealKeyPair, serverId: string, box: string): Promise<string> {
  const passphrase = await boxOpen(key, box, vtpmAssociatedData(serverId));
  try {
    return createHash("sha256").update(passphrase).digest("hex");
  } finally {
    wipe(passphrase);
  }
}
