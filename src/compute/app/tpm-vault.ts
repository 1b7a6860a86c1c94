/**
 * The vault: every state of a TPM, as swtpm encrypted it, kept by the control plane. A host's word counts for the servers
 * that are on it. What the standings mean for a start is the agent's business (agent/tpm/settle.ts).
 */
import { createHash } from "node:crypto";
import type { Static } from "typebox";
import { CloudError } from "#base/errors.ts";
import {
  tpmIntervalClose,
  tpmIntervalOpen,
  tpmStateCompare,
  tpmStatePut,
  tpmStateRead,
  type Stop,
  type TpmComparison,
} from "#bus/index.ts";
import type { Db } from "#db/index.ts";
import { serverFind } from "../store/servers.ts";
import { tpmSaveFind, tpmSaveInsert } from "../store/tpm-saves.ts";
import { tpmVaultFind, tpmVaultSet, type TpmVault } from "../store/tpm-vault.ts";
import {
  tpmGenerationBytes,
  tpmGenerationFindByHash,
  tpmGenerationInsert,
  tpmGenerationNewest,
  type TpmGeneration,
} from "../store/tpm-vault-generations.ts";
import type { ComputeDeps } from "./deps.ts";

type TpmVaultDeps = Pick<ComputeDeps, "database" | "bus" | "clock" | "log" | "tpmGenerationsKept">;

interface Place {
  readonly hostId: string;
  readonly serverId: string;
}

/** Answers the hosts until stopped. */
export function tpmVaultServe(deps: TpmVaultDeps): Stop {
  const { bus } = deps;
  const stops = [
    bus.serve(tpmStatePut, {}, (message) => statePut(deps, message)),
    bus.serve(tpmStateCompare, {}, (message) => stateCompare(deps, message)),
    bus.serve(tpmStateRead, {}, (message) => stateRead(deps, message)),
    bus.serve(tpmIntervalOpen, {}, (message) => intervalOpen(deps, message)),
    bus.serve(tpmIntervalClose, {}, (message) => intervalClose(deps, message)),
  ];
  return () => stops.forEach((stop) => stop());
}

async function statePut(
  deps: TpmVaultDeps,
  message: Static<(typeof tpmStatePut)["request"]>,
): Promise<Static<(typeof tpmStatePut)["reply"]>> {
  const { database, clock, log, tpmGenerationsKept } = deps;
  const { hostId, serverId, cause, order } = message;
  const bytes = Buffer.from(message.bytes, "base64");
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const at = clock.now();
  const answer = await database.transaction(async (tx) => {
    await placeRequire(tx, message);
    const known = await stateFind(tx, message, sha256);
    const { newest } = known;
    if (newest?.sha256 === sha256) return { standing: "newest" as const, generation: newest.generation };
    // It was on its way while a later one arrived.
    if (newest?.order.process === order.process && newest.order.number > order.number)
      return { standing: "older" as const, generation: newest.generation };
    if (known.found) return { standing: "older" as const, generation: known.found.generation };
    if (newest && known.vault.interval?.hostId !== hostId) throw notHeldError(serverId, sha256, newest);
    const generation = (newest?.generation ?? 0) + 1;
    await tpmGenerationInsert(
      tx,
      serverId,
      { generation, sha256, hostId, at, cause, order, bytes },
      tpmGenerationsKept,
    );
    return { standing: "newest" as const, generation, added: true };
  });
  if ("added" in answer && cause !== "made" && cause !== "changed")
    log.warn({ hostId, serverId, generation: answer.generation, sha256, cause }, "a TPM state was accepted");
  return { standing: answer.standing, generation: answer.generation };
}

async function stateCompare(
  { database: { db } }: TpmVaultDeps,
  message: Place & { readonly sha256?: string; readonly saveSha256?: string },
): Promise<TpmComparison> {
  await placeRequire(db, message);
  const { serverId, saveSha256 } = message;
  const knownSave = saveSha256 === undefined ? undefined : await tpmSaveFind(db, serverId, saveSha256);
  const { newest, found, vault } = await stateFind(db, message, message.sha256);
  const { save } = vault;
  return {
    standing: standingOf(message.sha256, newest, found, vault),
    held: vault.interval?.hostId === message.hostId,
    ...(newest === undefined ? {} : { newest: shortOf(newest) }),
    ...(found === undefined ? {} : { found: shortOf(found) }),
    ...(save === undefined ? {} : { save }),
    ...(knownSave === undefined ? {} : { knownSave }),
  };
}

function standingOf(
  sha256: string | undefined,
  newest: TpmGeneration | undefined,
  found: TpmGeneration | undefined,
  vault: TpmVault,
): TpmComparison["standing"] {
  if (newest === undefined) return "first";
  if (sha256 === newest.sha256) return "newest";
  if (vault.restorePending) return "superseded";
  if (sha256 === undefined) return "missing";
  return found === undefined ? "unknown" : "older";
}

function shortOf({ generation, sha256, at }: TpmGeneration) {
  return { generation, sha256, at };
}

async function stateRead(
  { database: { db } }: TpmVaultDeps,
  message: Place & { readonly generation: number },
): Promise<Static<(typeof tpmStateRead)["reply"]>> {
  await placeRequire(db, message);
  const newest = await tpmGenerationNewest(db, message.serverId);
  const state =
    newest?.generation === message.generation
      ? await tpmGenerationBytes(db, message.serverId, message.generation)
      : undefined;
  if (state) return { bytes: state.bytes.toString("base64"), sha256: state.sha256 };
  throw new CloudError(
    "conflict",
    `The vault was asked for generation ${message.generation} of the TPM of server ${message.serverId}; its newest is ${newest?.generation ?? "none"}. Start the server again.`,
  );
}

async function intervalOpen(
  { database, clock }: TpmVaultDeps,
  message: Place & { readonly sha256: string; readonly saveSha256?: string },
): Promise<Record<string, never>> {
  const { hostId, serverId, sha256, saveSha256 } = message;
  const openedAt = clock.now();
  await database.transaction(async (tx) => {
    await placeRequire(tx, message);
    const { newest, vault } = await stateFind(tx, message, sha256);
    const { interval } = vault;
    if (interval !== undefined && interval.hostId !== hostId) {
      throw new CloudError(
        "conflict",
        `The TPM of server ${serverId} is in use by host ${interval.hostId} since ${timeText(interval.openedAt)}, so host ${hostId} may not start it. ` +
          "Stop it there first.",
      );
    }
    if (newest?.sha256 !== sha256) throw notNewestError(serverId, sha256, newest);
    // The save goes with the start: it is restored now, or was thrown away.
    const next = { interval: interval ?? { hostId, openedAt }, save: undefined, restorePending: false };
    await tpmVaultSet(tx, serverId, next);
    if (saveSha256 !== undefined)
      await tpmSaveInsert(tx, serverId, { sha256: saveSha256, generation: newest.generation });
  });
  return {};
}

async function intervalClose(
  { database }: TpmVaultDeps,
  message: Place & { readonly sha256: string; readonly saveSha256?: string },
): Promise<Record<string, never>> {
  const { hostId, serverId, sha256, saveSha256 } = message;
  await database.transaction(async (tx) => {
    await placeRequire(tx, message);
    const { newest, vault } = await stateFind(tx, message, sha256);
    const sameSave = vault.save?.sha256 === saveSha256;
    if (vault.interval === undefined && (saveSha256 === undefined || sameSave)) return;
    if (vault.interval?.hostId !== hostId) throw notHeldError(serverId, sha256, newest);
    if (newest?.sha256 !== sha256) throw notNewestError(serverId, sha256, newest);
    const save = saveSha256 === undefined ? undefined : { sha256: saveSha256, generation: newest.generation };
    await tpmVaultSet(tx, serverId, { ...vault, interval: undefined, save });
    if (save) await tpmSaveInsert(tx, serverId, save);
  });
  return {};
}

async function stateFind(db: Db, { serverId }: Place, sha256: string | undefined) {
  return {
    newest: await tpmGenerationNewest(db, serverId),
    found: sha256 === undefined ? undefined : await tpmGenerationFindByHash(db, serverId, sha256),
    vault: await tpmVaultFind(db, serverId),
  };
}

/** Throws `not-found` when the server has no TPM or is on another host. */
async function placeRequire(db: Db, { hostId, serverId }: Place): Promise<void> {
  const server = await serverFind(db, serverId);
  if (server?.tpm !== undefined && server.hostId === hostId) return;
  throw new CloudError("not-found", `Host ${hostId} has no server ${serverId} with a TPM.`);
}

function notHeldError(serverId: string, sha256: string, newest: TpmGeneration | undefined): CloudError {
  return new CloudError(
    "conflict",
    `The TPM state ${sha256} of server ${serverId} is not taken: its host holds no open running interval. ${newestText(newest)}`,
  );
}

function notNewestError(serverId: string, sha256: string, newest: TpmGeneration | undefined): CloudError {
  return new CloudError(
    "conflict",
    `The TPM state ${sha256} of server ${serverId} is not the newest. ${newestText(newest)}`,
  );
}

function newestText(newest: TpmGeneration | undefined): string {
  if (newest === undefined) return "The vault has none.";
  return `The vault's newest is generation ${newest.generation}, ${newest.sha256}, of ${timeText(newest.at)}.`;
}

function timeText(at: number): string {
  return new Date(at).toISOString();
}
