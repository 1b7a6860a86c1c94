import { keptPassphraseDelete } from "../tpm/kept-passphrase.ts";
import { tpmStateDelete } from "../tpm/state.ts";
import { vtpmSecretFind, vtpmSecretRemove } from "../tpm/libvirt-secret.ts";
import type { Command } from "./command.ts";
import { folderRemoveIfEmpty } from "./folder-remove.ts";
import { offRequire } from "./off-require.ts";

export const tpmDelete: Command<"tpmDelete"> = async (context, { serverId, secretId }) => {
  const { libvirt, paths } = context;
  await offRequire(context, serverId, "its TPM");
  const left = await vtpmSecretFind(libvirt, serverId);
  if (left !== undefined) await vtpmSecretRemove(libvirt, left);
  if (secretId !== undefined) await vtpmSecretRemove(libvirt, { uuid: secretId });
  const server = paths.server(serverId);
  context.copies.forget(serverId);
  await keptPassphraseDelete(context, serverId);
  await tpmStateDelete(server);
  await folderRemoveIfEmpty(server.folder);
  return {};
};
