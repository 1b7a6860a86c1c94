import { wipe } from "#base/secret.ts";
import { boxOpen } from "#seal/index.ts";
import { vtpmAssociatedData } from "#vtpm/index.ts";
import { tpmCertificatesRead } from "../tpm/certificates.ts";
import { tpmCertificatesFolder } from "../tpm/endorsement-keys.ts";
import { poolPlaces } from "../tpm/pool-places.ts";
import { tpmStateRekey } from "../tpm/rekey.ts";
import { tpmStateRead } from "../tpm/state-bytes.ts";
import { tpmStateLostError } from "../tpm/state.ts";
import { swtpmUserRequire } from "../tpm/swtpm-user.ts";
import type { Command } from "./command.ts";

/** Of what swtpm last wrote: it replaces its file whole, so that a running guest is no obstacle. */
export const tpmCopy: Command<"tpmCopy"> = async (context, message) => {
  const { key } = context;
  const owner = swtpmUserRequire(context);
  const { serverId, imageId, tpm } = message;
  const paths = context.paths.server(serverId);
  const state = await tpmStateRead(paths, tpm.version);
  if (state === undefined) throw tpmStateLostError(serverId, paths, tpm.version);
  const [from, to] = await Promise.all([
    boxOpen(key, message.passphrase, vtpmAssociatedData(serverId)),
    boxOpen(key, message.imagePassphrase, vtpmAssociatedData(imageId)),
  ]);
  try {
    const { work: workFolder } = poolPlaces(context.paths.tpmPool);
    const copy = await tpmStateRekey({
      version: tpm.version,
      bytes: state.bytes,
      from,
      to,
      owner,
      workFolder,
    });
    const certificates = await tpmCertificatesRead(tpmCertificatesFolder(paths.tpmRecords));
    return { bytes: copy.toString("base64"), certificates };
  } finally {
    wipe(from);
    wipe(to);
  }
};
