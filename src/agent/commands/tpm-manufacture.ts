import { CloudError } from "#base/errors.ts";
import { wipe } from "#base/secret.ts";
import { boxOpen } from "#seal/index.ts";
import { vtpmAssociatedData, type TpmVersion } from "#vtpm/index.ts";
import { passableFolderEnsure } from "../files.ts";
import { tpmSetupConfig } from "../tpm/authority.ts";
import { endorsementKeysRead, tpmCertificatesFolder } from "../tpm/endorsement-keys.ts";
import { tpmDraftsDelete, tpmManufacture as make } from "../tpm/manufacture.ts";
import { tpmRecordFind, tpmRecordWrite, tpmStateLook, tpmStateLostError } from "../tpm/state.ts";
import type { AgentContext } from "../agent-context.ts";
import type { ServerPaths } from "../agent-paths.ts";
import { tpmCertificatesWrite } from "../tpm/certificates.ts";
import { tpmStatePlace } from "../tpm/place.ts";
import { poolPlaces } from "../tpm/pool-places.ts";
import { tpmStateRekey } from "../tpm/rekey.ts";
import { swtpmUserRequire, type SwtpmUser } from "../tpm/swtpm-user.ts";
import type { Command, CommandMessage } from "./command.ts";

export const tpmManufacture: Command<"tpmManufacture"> = async (context, message) => {
  const { serverId, tpm, passphrase: box } = message;
  const { key } = context;
  const owner = swtpmUserRequire(context);
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
      await tpmMake(context, message, { passphrase, owner });
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

/** A copy of an image's, one that was made ahead, or a new one. */
async function tpmMake(
  context: AgentContext,
  message: CommandMessage<"tpmManufacture">,
  { passphrase, owner }: { readonly passphrase: Buffer; readonly owner: SwtpmUser },
): Promise<void> {
  const { log, pool } = context;
  const { serverId, sagaId, source } = message;
  const { version } = message.tpm;
  const paths = context.paths.server(serverId);
  if (source !== undefined) {
    await tpmOfImage(context, source, { version, paths, owner, passphrase });
    log.info({ version, imageId: source.imageId }, "TPM is made as a copy of an image's");
    return;
  }
  const tpmId = await pool.take({ version, serverId, sagaId, passphrase, paths, log });
  const setupConfig = tpmSetupConfig(context.paths.tpmAuthority);
  if (tpmId === undefined) await make({ serverId, version, passphrase, paths, owner, setupConfig });
  log.info({ version, tpmId: tpmId ?? serverId, ahead: tpmId !== undefined }, "TPM is made");
}

/** The image's TPM under the server's passphrase. Throws `conflict` when the image's passphrase does not open it. */
async function tpmOfImage(
  context: AgentContext,
  { imageId, content, passphrase: box }: NonNullable<CommandMessage<"tpmManufacture">["source"]>,
  to: {
    readonly version: TpmVersion;
    readonly paths: ServerPaths;
    readonly owner: SwtpmUser;
    readonly passphrase: Buffer;
  },
): Promise<void> {
  const { version, owner, paths } = to;
  const { work: workFolder } = poolPlaces(context.paths.tpmPool);
  const from = await boxOpen(context.key, box, vtpmAssociatedData(imageId));
  try {
    const bytes = Buffer.from(content.bytes, "base64");
    const renewed = await tpmStateRekey({ version, bytes, from, to: to.passphrase, owner, workFolder });
    await tpmCertificatesWrite(tpmCertificatesFolder(paths.tpmRecords), content.certificates);
    await tpmStatePlace({ version, owner, paths }, renewed);
  } finally {
    wipe(from);
  }
}
