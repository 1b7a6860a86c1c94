import type { Static } from "typebox";
import type { commands } from "#bus/index.ts";
import type { Db, Tx } from "#db/index.ts";

/** As its host told of it when it made the TPM. */
export type EndorsementKey = NonNullable<
  Static<typeof commands.tpmManufacture.reply>["endorsementKeys"]
>[number];

interface EndorsementKeyRow {
  server_id: string;
  /** Their order. */
  position: number;
  algorithm: EndorsementKey["algorithm"];
  /** PEM, as the certificate. */
  public_key: string;
  certificate: string;
}

declare module "#db/tables.ts" {
  interface Tables {
    compute_tpm_endorsement_keys: EndorsementKeyRow;
  }
}

export async function endorsementKeyList(db: Db, serverId: string): Promise<EndorsementKey[]> {
  const rows = await db
    .selectFrom("compute_tpm_endorsement_keys")
    .selectAll()
    .where("server_id", "=", serverId)
    .orderBy("position")
    .execute();
  return rows.map((row) => ({
    algorithm: row.algorithm,
    publicKey: row.public_key,
    certificate: row.certificate,
  }));
}

/** Those of the TPM that the server has now; none when it has none. Deleted with the server. */
export async function endorsementKeysReplace(
  tx: Tx,
  serverId: string,
  keys: readonly EndorsementKey[],
): Promise<void> {
  await tx.deleteFrom("compute_tpm_endorsement_keys").where("server_id", "=", serverId).execute();
  if (keys.length === 0) return;
  await tx
    .insertInto("compute_tpm_endorsement_keys")
    .values(
      keys.map((key, position) => ({
        server_id: serverId,
        position,
        algorithm: key.algorithm,
        public_key: key.publicKey,
        certificate: key.certificate,
      })),
    )
    .execute();
}
