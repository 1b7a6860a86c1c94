import { CloudError } from "#base/errors.ts";
import { wipe } from "#base/secret.ts";
import { boxOpen } from "#seal/index.ts";
import { vtpmAssociatedData } from "#vtpm/index.ts";
import { passableFolderEnsure } from "../files.ts";
import { tpmSetupConfig } from "../tpm/authority.ts";
import { endorsementKeysRead, tpmCertificatesFolder } from "../tpm/endorsement-keys.ts";
import { tpmDraftsDelete, tpmManufacture as make } from "../tpm/manufacture.ts";
import { tpmRecordFind, tpmRecordWrite, tpmStateLook, tpmStateLostError } from "../tpm/state.ts";
import type { Command } from "./command.ts";

export const tpmManufacture: Command<"tpmManufacture"> = async (
  context,
  { serverId, sagaId, tpm, passphrase: box },
) => {
  const { key, swtpmUser: owner, log, pool } = context;
  if (owner === undefined) {
    throw new CloudError("unavailable", "This host offers no TPMs: [libvirt] swtpm_enabled is False.");
  }
  const paths = context.paths.server(serverId);
  const { version, secretId } = tpm;
  const [record, look] = await Promise.all([tpmRecordFind(paths), tpmStateLook(paths, version)]);
  if (record && (record.version !== version || record.secretId !== secretId)) {
    throw new CloudError(
      "conflict",
      `Server ${serverId} has a TPM ${record.version} with secret ${record.secretId}; asked for a TPM ${version} with secret ${secretId}. ` +
        "It is kept. Delete it first if it is to be replaced.",
    );
  }
  if (look === "lost" || (look === "absent" && record)) throw tpmStateLostError(serverId, paths, version);
  if (look === "absent") {
    // Known as this server's before there is a state, so that what a crash leaves is found.
    await passableFolderEnsure(paths.folder);
    const [passphrase] = await Promise.all([
      boxOpen(key, box, vtpmAssociatedData(serverId)),
      tpmDraftsDelete(paths),
    ]);
    try {
      const tpmId = await pool.take({ version, serverId, sagaId, passphrase, paths, log });
      const setupConfig = tpmSetupConfig(context.paths.tpmAuthority);
      if (tpmId === undefined) await make({ serverId, version, passphrase, paths, owner, setupConfig });
      log.info({ version, tpmId: tpmId ?? serverId, ahead: tpmId !== undefined }, "TPM is made");
    } finally {
      wipe(passphrase);
    }
  }
  // Whichever of these a crash keeps from being done, the command does when it is repeated.
  const [endorsementKeys] = await Promise.all([
    endorsementKeysRead(tpmCertificatesFolder(paths.tpmRecords)),
    tpmRecordWrite(paths, { version, secretId }),
    context.copies.copy(serverId, version, "made"),
  ]);
  return endorsementKeys === undefined ? {} : { endorsementKeys };
};
