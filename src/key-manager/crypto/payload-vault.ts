import { createSecretKey, randomBytes, type KeyObject } from "node:crypto";
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
 * key. A project's key in the clear is a key object, outside of JavaScript's memory, for as long as its wrapped row is
 * kept: the master key, which is there too, would give it at any time.
 */
export interface PayloadVault {
  seal(owner: PayloadOwner, payload: Buffer): Promise<SealedPayload>;
  /**
   * Work that seals for the project and stores what it sealed: done again when the project's key was retired in between, which the
   * database says no to. Throws `unavailable` when that happens twice.
   */
  underCurrentKey<T>(projectId: string, work: () => Promise<T>): Promise<T>;
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

  const keyOf = unwrappedKeys(ring);

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
    return { projectKeyId: row.id, sealed: seal(await keyOf(row), payload, payloadContext(owner)) };
  }

  async function openStored(owner: PayloadOwner, stored: SealedPayload): Promise<Buffer> {
    const row = await keyRow(owner, stored.projectKeyId);
    return open(await keyOf(row), stored.sealed, payloadContext(owner));
  }

  return {
    newKey,
    underCurrentKey: async (projectId, work) =>
      againWhenRetired(database, async () => currentKeys.get(projectId), work),
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

async function againWhenRetired<T>(
  database: Database,
  currentKey: () => Promise<ProjectKeyRow | undefined>,
  work: () => Promise<T>,
  again = true,
): Promise<T> {
  const key = await currentKey();
  try {
    return await work();
  } catch (cause) {
    if (!key || (await projectKeyFind(database.db, key.id))) throw cause;
    if (again) return againWhenRetired(database, currentKey, work, false);
    throw new CloudError("unavailable", "The project's keys are being rotated. Please try again.", { cause });
  }
}

/** Unwrapped once for as long as their rows are kept. */
function unwrappedKeys(ring: MasterKeyRing): (row: ProjectKeyRow) => Promise<KeyObject> {
  const unwrapped = new WeakMap<ProjectKeyRow, KeyObject>();
  return async (row) => {
    const known = unwrapped.get(row);
    if (known) return known;
    const { master_key_id: masterKeyId, wrapped_key: wrapped } = row;
    const bytes = await ring.unwrap({ masterKeyId, wrapped }, projectKeyContext(row.id, row.project_id));
    try {
      const key = createSecretKey(bytes);
      unwrapped.set(row, key);
      return key;
    } finally {
      wipe(bytes);
    }
  };
}

function payloadContext(owner: PayloadOwner): readonly string[] {
  return ["payload", owner.secretId, owner.projectId];
}
