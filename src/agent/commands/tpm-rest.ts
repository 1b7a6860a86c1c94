import { keptPassphraseDelete } from "../tpm/kept-passphrase.ts";
import { vtpmSecretFind, vtpmSecretRemove } from "../tpm/libvirt-secret.ts";
import { tpmStateGoneError, tpmStateUnknownError } from "../tpm/refusals.ts";
import { tpmStateRead } from "../tpm/state-bytes.ts";
import { tpmStateDelete } from "../tpm/state.ts";
import { vaultCompare, vaultIntervalClose } from "../tpm/vault.ts";
import type { Command } from "./command.ts";
import { folderRemoveIfEmpty } from "./folder-remove.ts";
import { offRequire } from "./off-require.ts";

/**
 * The vault has the last state and its running interval is closed before anything of the TPM goes. A state that the vault does
 * not take stays where it is, and the command is refused.
 */
export const tpmRest: Command<"tpmRest"> = async (context, { serverId, version }) => {
  const { copies, libvirt, paths } = context;
  await offRequire(context, serverId, "its TPM");
  await copies.copy(serverId, version, "changed");
  const found = await tpmStateRead(paths.server(serverId), version);
  const { newest, standing } = await vaultCompare(context, serverId, { sha256: found?.sha256 });
  if (newest === undefined) throw tpmStateGoneError(serverId);
  if (found !== undefined && standing === "unknown")
    throw tpmStateUnknownError(serverId, { sha256: found.sha256, size: found.bytes.length }, newest, {
      why: "it is not whole, so it is damaged",
      refused: "offloaded",
    });
  await vaultIntervalClose(context, serverId, { sha256: newest.sha256, saveSha256: undefined });
  copies.forget(serverId);
  const left = await vtpmSecretFind(libvirt, serverId);
  if (left !== undefined) await vtpmSecretRemove(libvirt, left);
  await keptPassphraseDelete(context, serverId);
  const server = paths.server(serverId);
  await tpmStateDelete(server);
  await folderRemoveIfEmpty(server.folder);
  context.log.info({ generation: newest.generation }, "the TPM rests in the vault");
  return {};
};
