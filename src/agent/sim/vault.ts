/** A simulated TPM's states on their way to the vault: the messages and the rules of the real agent (tpm/settle.ts), nothing behind them. */
import { CloudError } from "#base/errors.ts";
import type { TpmComparison, TpmStateCause } from "#bus/index.ts";
import { sha256Of } from "../tpm/state-bytes.ts";
import { tpmStateGoneError, tpmStateUnknownError } from "../tpm/refusals.ts";
import {
  tpmOrderNext,
  vaultCompare,
  vaultIntervalClose,
  vaultIntervalOpen,
  vaultPut,
  vaultRead,
  type TpmVaultPlace,
} from "../tpm/vault.ts";

/** As large as a real one. */
const stateBytes = 6_144;
const headerBytes = 10;

/** The state after so many writes: in swtpm's form, with the count where swtpm has ciphertext. */
function stateOf(serverId: string, writes: number): Buffer {
  const bytes = Buffer.alloc(stateBytes, `${serverId} `);
  bytes.fill(0, 0, headerBytes);
  bytes.writeUInt32BE(bytes.length, 6);
  bytes.writeUInt32BE(writes, headerBytes);
  return bytes;
}

export async function simStatePut(
  place: TpmVaultPlace,
  serverId: string,
  writes: number,
  cause: TpmStateCause,
): Promise<void> {
  await vaultPut(place, serverId, { bytes: stateOf(serverId, writes), cause, order: tpmOrderNext() });
}

/** What the vault says of the state. Throws `conflict` when the server must not start. */
export async function simStateJudge(
  place: TpmVaultPlace,
  serverId: string,
  writes: number,
): Promise<TpmComparison> {
  const bytes = stateOf(serverId, writes);
  const sha256 = sha256Of(bytes);
  const compared = await vaultCompare(place, serverId, { sha256 });
  const { standing, held, newest } = compared;
  if (standing === "unknown" && !held) {
    const why = "no server ran here since the vault's newest was recorded, so it was damaged or exchanged";
    throw tpmStateUnknownError(serverId, { sha256, size: bytes.length }, newest, { why });
  }
  return compared;
}

/** Before a start: how many writes the state has that stands. Throws `conflict` when the server must not start. */
export async function simStateSettle(
  place: TpmVaultPlace,
  serverId: string,
  writes: number,
): Promise<number> {
  const { standing, newest } = await simStateJudge(place, serverId, writes);
  if (standing === "unknown" || standing === "first") {
    const cause = standing === "first" ? "first seen" : "changed while the agent was away";
    await simStatePut(place, serverId, writes, cause);
  } else if (standing !== "newest") {
    if (newest === undefined)
      throw new CloudError("bug", "The vault gave a TPM state a standing without having one.");
    const settled = (await vaultRead(place, serverId, newest.generation)).readUInt32BE(headerBytes);
    await vaultIntervalOpen(place, serverId, newest);
    return settled;
  }
  await vaultIntervalOpen(place, serverId, { sha256: sha256Of(stateOf(serverId, writes)) });
  return writes;
}

/** Before a start without a state: how many writes the vault's newest has. Throws `conflict` when it has none. */
export async function simStateRestore(place: TpmVaultPlace, serverId: string): Promise<number> {
  const { newest } = await vaultCompare(place, serverId, { sha256: undefined });
  if (newest === undefined) throw tpmStateGoneError(serverId);
  return (await vaultRead(place, serverId, newest.generation)).readUInt32BE(headerBytes);
}

/** A server that runs on after the simulated host was away. */
export async function simStateCatchUp(place: TpmVaultPlace, serverId: string, writes: number): Promise<void> {
  await simStatePut(place, serverId, writes, "changed while the agent was away");
  await vaultIntervalOpen(place, serverId, { sha256: sha256Of(stateOf(serverId, writes)) });
}

/** After the domain ended. */
export async function simStateEnd(place: TpmVaultPlace, serverId: string, writes: number): Promise<void> {
  await simStatePut(place, serverId, writes, "changed");
  const sha256 = sha256Of(stateOf(serverId, writes));
  await vaultIntervalClose(place, serverId, { sha256, saveSha256: undefined });
}
