import type { AuditEntry } from "#audit/index.ts";
import { CloudError } from "#base/errors.ts";
import type { Server, ServerTpm } from "../domain/server.ts";
import type { Host } from "../store/hosts.ts";
import { endorsementKeyList, type EndorsementKey } from "../store/tpm-endorsement-keys.ts";
import type { ComputeCtx } from "./deps.ts";
import { hostsById } from "./host.ts";
import { serverFetch } from "./server.ts";
import type { TpmState, TpmStates } from "./tpm-states.ts";

/** Something, or why it is not known. */
export type Known<T> = { readonly value: T } | { readonly unknownBecause: string };

export interface TpmReport {
  readonly server: Server;
  readonly tpm: ServerTpm;
  readonly host: Known<Host>;
  readonly state: Known<TpmState>;
  readonly vault: Known<string>;
  readonly endorsementKeys: Known<readonly EndorsementKey[]>;
  /** Newest first. */
  readonly passphraseUses: readonly AuditEntry[];
}

const passphraseUses = 10;

/** What there is to know of a server's TPM. Throws `not-found` for a server without one. */
export async function tpmReport(ctx: ComputeCtx, id: string): Promise<TpmReport> {
  const server = await serverFetch(ctx, id, "sealstone:tpm:show");
  const { tpm } = server;
  if (!tpm) throw new CloudError("not-found", `Instance ${id} has no TPM.`);
  const { database, audit, tpmStates } = ctx.deps;
  const [keys, kept, uses, hosts] = [
    await endorsementKeyList(database.db, server.id),
    await tpmStates?.find(database.db, server.id),
    await audit.lastOf(server.id, passphraseUses),
    await hostsById(ctx),
  ];
  const host = server.hostId === undefined ? undefined : hosts.get(server.hostId);
  const stateMissing = stateUnknownBecause(server, tpmStates);
  return {
    server,
    tpm,
    host: known(host, "the server is on no host"),
    state: known(kept?.state, stateMissing),
    vault: known(kept?.vault, stateMissing),
    endorsementKeys: known(keys.length > 0 ? keys : undefined, keysUnknownBecause(server)),
    passphraseUses: uses,
  };
}

function known<T>(value: T | undefined, unknownBecause: string): Known<T> {
  return value === undefined ? { unknownBecause } : { value };
}

function isUnmade({ launchedAt, vmState }: Server): boolean {
  return launchedAt === undefined && vmState !== "active";
}

function stateUnknownBecause(server: Server, states: TpmStates | undefined): string {
  if (states === undefined) return "this version keeps no copies of TPM states";
  return isUnmade(server) ? unmade(server) : "no host has handed the TPM's state in yet";
}

function keysUnknownBecause(server: Server): string {
  if (isUnmade(server)) return unmade(server);
  return "its host reported none when it made the TPM: it is simulated, or the TPM is older than their being recorded";
}

function unmade({ vmState }: Server): string {
  return vmState === "error" ? "the server failed before it had a TPM" : "the TPM is being made";
}
