import { randomBytes } from "node:crypto";
import type { Clock } from "#base/clock.ts";
import { CloudError } from "#base/errors.ts";
import { newUuid } from "#base/ids.ts";
import { wipe } from "#base/secret.ts";
import type { Database } from "#db/index.ts";
import type { PayloadOwner, SealedPayload } from "../domain/secret.ts";
import {
  projectKeyFind,
  projectKeyFindCurrent,
  projectKeyInsertIfAbsent,
  type ProjectKeyRow,
} from "../store/keys.ts";
import { projectKeyContext } from "../domain/project-key.ts";
import { keyBytes, open, seal } from "./aead.ts";
import type { MasterKeyRing } from "./master-key-ring.ts";

/**
 * Envelope encryption: a payload is sealed with its project's key, a project's key is wrapped by the master
 * key. Plaintext keys live only for the length of one call.
 */
export interface PayloadVault {
  seal(owner: PayloadOwner, payload: Buffer): Promise<SealedPayload>;
  /** The payload in a fresh Buffer, which the caller wipes. */
  open(owner: PayloadOwner, stored: SealedPayload): Promise<Buffer>;
  /** A key of this generation, which seals nothing until its row is in the database. */
  newKey(projectId: string, generation: number): Promise<ProjectKeyRow>;
  /** The same payload under another of the project's keys. */
  reseal(owner: PayloadOwner, stored: SealedPayload, projectKeyId: string): Promise<SealedPayload>;
}

export function createPayloadVault(options: {
  readonly database: Database;
  readonly clock: Clock;
  readonly ring: MasterKeyRing;
}): PayloadVault {
  const { database, clock, ring } = options;
  const dependsOn = ({ table }: { readonly table: string }): boolean => table === "key_manager_project_keys";
  /** Wrapped, as their rows have them. */
  const keys = database.kept({ dependsOn, load: (id, db) => projectKeyFind(db, id), limit: 1_000 });
  const currentKeys = database.kept({
    dependsOn,
    load: (projectId, db) => projectKeyFindCurrent(db, projectId),
    limit: 1_000,
  });

  async function withKey<T>(row: ProjectKeyRow, use: (key: Buffer) => T): Promise<T> {
    const { master_key_id: masterKeyId, wrapped_key: wrapped } = row;
    const key = await ring.unwrap({ masterKeyId, wrapped }, projectKeyContext(row.id, row.project_id));
    try {
      return use(key);
    } finally {
      wipe(key);
    }
  }

  /** Wrapping may be a call to a token or a service, so it happens before the transaction. */
  async function newKey(projectId: string, generation: number): Promise<ProjectKeyRow> {
    const id = newUuid();
    const key = randomBytes(keyBytes);
    const { masterKeyId, wrapped } = await ring
      .wrap(key, projectKeyContext(id, projectId))
      .finally(() => wipe(key));
    return {
      id,
      project_id: projectId,
      generation,
      master_key_id: masterKeyId,
      wrapped_key: wrapped,
      created_at: clock.now(),
    };
  }

  async function ensureCurrent(projectId: string): Promise<ProjectKeyRow> {
    const known = await currentKeys.get(projectId);
    if (known) return known;
    const row = await newKey(projectId, 1);
    return database.transaction(async (tx) => {
      await projectKeyInsertIfAbsent(tx, row);
      return (await projectKeyFindCurrent(tx, projectId)) ?? row;
    });
  }

  async function keyRow(owner: PayloadOwner, id: string): Promise<ProjectKeyRow> {
    const row = await keys.get(id);
    if (row) return row;
    throw new CloudError(
      "bug",
      "The key manager could not open a stored secret. The operator finds it in the log.",
      { detail: `secret ${owner.secretId} was sealed with project key ${id}, which does not exist` },
    );
  }

  async function sealWith(row: ProjectKeyRow, owner: PayloadOwner, payload: Buffer): Promise<SealedPayload> {
    const sealed = await withKey(row, (key) => seal(key, payload, payloadContext(owner)));
    return { projectKeyId: row.id, sealed };
  }

  async function openStored(owner: PayloadOwner, stored: SealedPayload): Promise<Buffer> {
    const row = await keyRow(owner, stored.projectKeyId);
    return withKey(row, (key) => open(key, stored.sealed, payloadContext(owner)));
  }

  return {
    newKey,
    seal: async (owner, payload) => sealWith(await ensureCurrent(owner.projectId), owner, payload),
    open: openStored,
    async reseal(owner, stored, projectKeyId) {
      const payload = await openStored(owner, stored);
      try {
        return await sealWith(await keyRow(owner, projectKeyId), owner, payload);
      } finally {
        wipe(payload);
      }
    },
  };
}

function payloadContext(owner: PayloadOwner): readonly string[] {
  return ["payload", owner.secretId, owner.projectId];
}
