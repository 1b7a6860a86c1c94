import { createHash } from "node:crypto";
import { CloudError } from "#base/errors.ts";
import type { Db, Tx } from "#db/index.ts";

interface TpmGenerationRow {
  server_id: string;
  generation: number;
  /** Hex. */
  sha256: string;
  size: number;
  host_id: string;
  at: number;
  cause: string;
  /** Which of the host's processes sent it, and as its how manieth: what overtakes on the way is told by it. */
  order_process: string;
  order_number: number;
  /** base64, as swtpm encrypted it; null for the generations that are no longer kept. */
  bytes: string | null;
}

declare module "#db/tables.ts" {
  interface Tables {
    compute_tpm_generations: TpmGenerationRow;
  }
}

/** One state of a server's TPM, without its bytes. */
export interface TpmGeneration {
  readonly generation: number;
  readonly sha256: string;
  readonly size: number;
  readonly hostId: string;
  readonly at: number;
  readonly cause: string;
  readonly order: { readonly process: string; readonly number: number };
  /** Whether its bytes are still there. */
  readonly kept: boolean;
}

const columns = [
  "generation",
  "sha256",
  "size",
  "host_id",
  "at",
  "cause",
  "order_process",
  "order_number",
] as const;

function generations(db: Db, serverId: string) {
  return db
    .selectFrom("compute_tpm_generations")
    .select(columns)
    .select((row) => row.case().when("bytes", "is", null).then(0).else(1).end().as("kept"))
    .where("server_id", "=", serverId)
    .orderBy("generation", "desc");
}

type Row = Pick<TpmGenerationRow, (typeof columns)[number]> & { readonly kept: number };

function fromRow({
  host_id: hostId,
  order_process: process,
  order_number: number,
  kept,
  ...row
}: Row): TpmGeneration {
  return { ...row, hostId, order: { process, number }, kept: kept === 1 };
}

/** Newest first, those before a generation: a guest that writes without a pause makes two a second. */
export async function tpmGenerationList(
  db: Db,
  serverId: string,
  { before, limit }: { readonly before?: number | undefined; readonly limit: number },
): Promise<TpmGeneration[]> {
  let query = generations(db, serverId).limit(limit);
  if (before !== undefined) query = query.where("generation", "<", before);
  return (await query.execute()).map(fromRow);
}

/** Those whose bytes are there, newest first. */
export async function tpmGenerationKeptList(db: Db, serverId: string): Promise<readonly number[]> {
  const rows = await generations(db, serverId).where("bytes", "is not", null).execute();
  return rows.map(({ generation }) => generation);
}

export async function tpmGenerationNewest(db: Db, serverId: string): Promise<TpmGeneration | undefined> {
  const row = await generations(db, serverId).limit(1).executeTakeFirst();
  return row && fromRow(row);
}

/** The newest one of that hash: an operator may have made an old state the newest again. */
export async function tpmGenerationFindByHash(
  db: Db,
  serverId: string,
  sha256: string,
): Promise<TpmGeneration | undefined> {
  const row = await generations(db, serverId).where("sha256", "=", sha256).limit(1).executeTakeFirst();
  return row && fromRow(row);
}

/**
 * A state with its hash. Undefined when there is no such generation or its bytes are no longer kept; throws `conflict` when they are not
 * those that came: somebody, or a disk, changed the row.
 */
export async function tpmGenerationBytes(
  db: Db,
  serverId: string,
  generation: number,
): Promise<{ readonly bytes: Buffer; readonly sha256: string } | undefined> {
  const row = await db
    .selectFrom("compute_tpm_generations")
    .select(["bytes", "sha256"])
    .where("server_id", "=", serverId)
    .where("generation", "=", generation)
    .executeTakeFirst();
  if (row === undefined || row.bytes === null) return undefined;
  const [bytes, { sha256 }] = [Buffer.from(row.bytes, "base64"), row];
  if (createHash("sha256").update(bytes).digest("hex") === sha256) return { bytes, sha256 };
  throw new CloudError(
    "conflict",
    `Generation ${generation} of the TPM of server ${serverId} is damaged in the vault: its SHA-256 is not ${sha256} any more. ` +
      `An operator sees the others with "sealstone tpm history ${serverId}" and lets the server go on with one that is kept.`,
  );
}

/** Adds it and lets go of the bytes of all but the newest `keep`. */
export async function tpmGenerationInsert(
  tx: Tx,
  serverId: string,
  generation: Omit<TpmGeneration, "kept" | "size"> & { readonly bytes: Uint8Array },
  keep: number,
): Promise<void> {
  const { hostId, bytes, order, ...rest } = generation;
  await tx
    .insertInto("compute_tpm_generations")
    .values({
      server_id: serverId,
      host_id: hostId,
      order_process: order.process,
      order_number: order.number,
      size: bytes.length,
      bytes: Buffer.from(bytes).toString("base64"),
      ...rest,
    })
    .execute();
  await tx
    .updateTable("compute_tpm_generations")
    .set({ bytes: null })
    .where("server_id", "=", serverId)
    .where("generation", "<=", generation.generation - keep)
    .where("bytes", "is not", null)
    .execute();
}
