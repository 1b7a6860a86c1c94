/** The agent's side of the vault's messages (bus/tpm-vault.ts). */
import { randomUUID } from "node:crypto";
import type { Static } from "typebox";
import {
  tpmIntervalClose,
  tpmIntervalOpen,
  tpmStateCompare,
  tpmStatePut,
  tpmStateRead,
  type Bus,
  type TpmComparison,
  type TpmStateCause,
} from "#bus/index.ts";

const answerTimeoutMs = 10_000;

export interface TpmVaultPlace {
  readonly bus: Bus;
  readonly hostId: string;
}

/** Of this process of the agent. */
const process = randomUUID();
let number = 0;

/** The place of a state in the order in which this process read states; to be taken before the file is read. */
export function tpmOrderNext(): { readonly process: string; readonly number: number } {
  number += 1;
  return { process, number };
}

export async function vaultPut(
  { bus, hostId }: TpmVaultPlace,
  serverId: string,
  state: {
    readonly bytes: Uint8Array;
    readonly cause: TpmStateCause;
    readonly order: ReturnType<typeof tpmOrderNext>;
  },
): Promise<Static<(typeof tpmStatePut)["reply"]>> {
  const { cause, order } = state;
  const bytes = Buffer.from(state.bytes).toString("base64");
  const message = { hostId, serverId, bytes, cause, order };
  return bus.request(tpmStatePut, message, { timeoutMs: answerTimeoutMs });
}

export async function vaultCompare(
  { bus, hostId }: TpmVaultPlace,
  serverId: string,
  { sha256, saveSha256 }: { readonly sha256: string | undefined; readonly saveSha256?: string | undefined },
): Promise<TpmComparison> {
  const [state, save] = [
    sha256 === undefined ? {} : { sha256 },
    saveSha256 === undefined ? {} : { saveSha256 },
  ];
  const message = { hostId, serverId, ...state, ...save };
  return bus.request(tpmStateCompare, message, { timeoutMs: answerTimeoutMs });
}

export async function vaultRead(
  { bus, hostId }: TpmVaultPlace,
  serverId: string,
  generation: number,
): Promise<Buffer> {
  const message = { hostId, serverId, generation };
  const { bytes } = await bus.request(tpmStateRead, message, { timeoutMs: answerTimeoutMs });
  return Buffer.from(bytes, "base64");
}

export async function vaultIntervalOpen(
  { bus, hostId }: TpmVaultPlace,
  serverId: string,
  { sha256, saveSha256 }: { readonly sha256: string; readonly saveSha256?: string | undefined },
): Promise<void> {
  const message = { hostId, serverId, sha256, ...(saveSha256 === undefined ? {} : { saveSha256 }) };
  await bus.request(tpmIntervalOpen, message, { timeoutMs: answerTimeoutMs });
}

export async function vaultIntervalClose(
  { bus, hostId }: TpmVaultPlace,
  serverId: string,
  hashes: { readonly sha256: string; readonly saveSha256: string | undefined },
): Promise<void> {
  const { sha256, saveSha256 } = hashes;
  const message = { hostId, serverId, sha256, ...(saveSha256 === undefined ? {} : { saveSha256 }) };
  await bus.request(tpmIntervalClose, message, { timeoutMs: answerTimeoutMs });
}
