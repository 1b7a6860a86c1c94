import type { AuditEntry } from "#audit/index.ts";
import { CloudError } from "#base/errors.ts";
import type { Server, ServerTpm } from "../domain/server.ts";
import { hostBootStartFind } from "../store/host-boot-starts.ts";
import type { Host } from "../store/hosts.ts";
import { tpmVaultFind, type TpmVault } from "../store/tpm-vault.ts";
import { tpmGenerationNewest, type TpmGeneration } from "../store/tpm-vault-generations.ts";
import { endorsementKeyList, type EndorsementKey } from "../store/tpm-endorsement-keys.ts";
import type { ComputeCtx } from "./deps.ts";
import { hostsById } from "./host.ts";
import { serverFetch } from "./server.ts";

/** Something, or why it is not known. */
export type Known<T> = { readonly value: T } | { readonly unknownBecause: string };

export interface TpmReport {
  readonly server: Server;
  readonly tpm: ServerTpm;
  /** Whose the passphrase is in the key manager. */
  readonly owner: { readonly userId: string; readonly projectId: string };
  readonly host: Known<Host>;
  /** The newest that the vault has. */
  readonly state: Known<TpmGeneration>;
  readonly vault: Known<VaultStatus>;
  readonly endorsementKeys: Known<readonly EndorsementKey[]>;
  /** Why the cloud did not start the server again after its host's restart; undefined: it waits for nobody. */
  readonly waitsBecause: string | undefined;
  /** Newest first. */
  readonly passphraseUses: readonly AuditEntry[];
}

/**
 * `running`: a host holds the running interval, its last state may be a second away; `suspended`: the memory image holds the
 * TPM; `restore-pending`: an operator chose the newest, no host has taken it yet; `resting`: all of it is here.
 */
type VaultStatus = "running" | "suspended" | "restore-pending" | "resting";

const passphraseUses = 10;

/** What there is to know of a server's TPM. Throws `not-found` for a server without one. */
export async function tpmReport(ctx: ComputeCtx, id: string): Promise<TpmReport> {
  const server = await serverFetch(ctx, id, "sealstone:tpm:show");
  const { tpm } = server;
  if (!tpm) throw new CloudError("not-found", `Instance ${id} has no TPM.`);
  const { database, audit, cloudAccount } = ctx.deps;
  const [keys, newest, vault, uses, hosts, bootStart] = [
    await endorsementKeyList(database.db, server.id),
    await tpmGenerationNewest(database.db, server.id),
    await tpmVaultFind(database.db, server.id),
    await audit.lastOf(server.id, passphraseUses),
    await hostsById(ctx),
    await hostBootStartFind(database.db, server.id),
  ];
  const host = server.hostId === undefined ? undefined : hosts.get(server.hostId);
  const stateMissing = stateUnknownBecause(server);
  return {
    server,
    tpm,
    owner: tpm.secretSecurity === "deployment" ? cloudAccount : server,
    host: known(host, "the server is on no host"),
    state: known(newest, stateMissing),
    vault: known(newest && statusOf(vault), stateMissing),
    endorsementKeys: known(keys.length > 0 ? keys : undefined, keysUnknownBecause(server)),
    waitsBecause: server.vmState === "stopped" ? bootStart?.told : undefined,
    passphraseUses: uses,
  };
}

function known<T>(value: T | undefined, unknownBecause: string): Known<T> {
  return value === undefined ? { unknownBecause } : { value };
}

function isUnmade({ launchedAt, vmState }: Server): boolean {
  return launchedAt === undefined && vmState !== "active";
}

function statusOf({ interval, save, restorePending }: TpmVault): VaultStatus {
  if (restorePending) return "restore-pending";
  if (save) return "suspended";
  return interval ? "running" : "resting";
}

function stateUnknownBecause(server: Server): string {
  return isUnmade(server) ? unmade(server) : "no host has handed the TPM's state in yet";
}

function keysUnknownBecause(server: Server): string {
  if (isUnmade(server)) return unmade(server);
  return "its host reported none when it made the TPM: it is simulated, or the TPM is older than their being recorded";
}

function unmade({ vmState }: Server): string {
  return vmState === "error" ? "the server failed before it had a TPM" : "the TPM is being made";
}
