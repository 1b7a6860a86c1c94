import { nothing, saga } from "#saga/index.ts";
import { commands } from "#bus/index.ts";
import type { ComputeSagaDeps } from "../app/deps.ts";
import { imageTpmForget } from "../app/image-tpm.ts";
import { sealedBoxAt } from "../app/sealed-boxes.ts";
import { imageTpmFind, imageTpmSet } from "../store/image-tpms.ts";
import { endorsementKeyList, type EndorsementKey } from "../store/tpm-endorsement-keys.ts";
import { hostCommand } from "./host-command.ts";
import { imagePassphraseForHost, passphraseForHost } from "./passphrase-handover.ts";
import { finish, placedServerOf, type ServerStep } from "./server-steps.ts";
import {
  snapshotCopy,
  snapshotGiveUp,
  snapshotImageDiscard,
  snapshotRemove,
  snapshotUpload,
  taskStateSet,
  type SnapshotCopy,
  type SnapshotParams,
} from "./snapshot-steps.ts";

export interface ImageParams extends SnapshotParams {
  readonly copyTpm: boolean;
}

type ImageStep = ServerStep & { readonly params: ImageParams };

/** Where the passphrases are in the saga's joined boxes. */
const boxes = { server: 0, image: 1 } as const;

/**
 * An image of the server's disk, while the server stays what it is. The copy is made on the host and fetched from there; when
 * anything fails, or the image is deleted meanwhile, neither copy nor image is left.
 */
export const serverCreateImage = saga<ImageParams, ComputeSagaDeps>("server-create-image", 1)
  .step("server", { run: nothing, undo: snapshotGiveUp })
  .step("image", { run: nothing, undo: imageDiscard })
  .step("begin", { run: snapshotBegin, undo: "none" })
  .step("copyGuard", { run: nothing, undo: snapshotRemove })
  .step("copy", { run: (step) => snapshotCopy(step, "image_pending_upload"), undo: "none" })
  .step("tpm", { run: tpmCopy, undo: "none" })
  .step("upload", { run: upload, undo: "none" })
  .step("copyRemove", { run: snapshotRemove, undo: "none" })
  .step("done", { run: (step) => finish(step, {}), undo: "none" });

async function snapshotBegin(step: ServerStep): Promise<void> {
  await taskStateSet(step, "image_snapshot");
}

async function upload(
  step: ServerStep & { readonly params: SnapshotParams; readonly outputs: { readonly copy: SnapshotCopy } },
): Promise<void> {
  await snapshotUpload(step, step.outputs.copy, "image_uploading");
}

/** On the host, under the image's passphrase; what is kept here was never in clear. */
async function tpmCopy(step: ImageStep): Promise<void> {
  const { imageId, copyTpm } = step.params;
  const { id: serverId, hostId, tpm } = await placedServerOf(step);
  if (!copyTpm || !tpm) return;
  const { version, model, secretId } = tpm;
  const [own, image] = [sealedBoxAt(step.sealedBox, boxes.server), sealedBoxAt(step.sealedBox, boxes.image)];
  const message = {
    serverId,
    imageId,
    tpm: { version, model, secretId },
    passphrase: await passphraseForHost({ ...step, sealedBox: own }, serverId, hostId),
    imagePassphrase: await imagePassphraseForHost({ ...step, sealedBox: image }, imageId, hostId),
  };
  const { bytes, certificates: found } = await hostCommand(step, hostId, commands.tpmCopy, message);
  await step.deps.database.transaction(async (tx) => {
    const certificates = found.length > 0 ? found : certificatesOf(await endorsementKeyList(tx, serverId));
    await imageTpmSet(tx, imageId, { bytes, certificates });
  });
}

/** Of a TPM that left the host where it was made, by a shelve: under the names that swtpm_setup gives them. */
function certificatesOf(
  keys: readonly EndorsementKey[],
): { readonly name: string; readonly bytes: string }[] {
  return keys.map(({ algorithm, certificate }) => ({
    name: algorithm === "rsa" ? "ek-rsa2048.crt" : "ek-secp384r1.crt",
    bytes: certificate.replaceAll(/-----[A-Z ]+-----|\s/gu, ""),
  }));
}

async function imageDiscard(step: ImageStep): Promise<void> {
  await snapshotImageDiscard(step);
  const tpm = await imageTpmFind(step.deps.database.db, step.params.imageId);
  if (tpm) await imageTpmForget(step.deps, tpm);
}
