import { Type } from "typebox";
import { atLeast, operation, Reply } from "#http/index.ts";
import type { ComputeCtx } from "../../app/deps.ts";
import { serverBackupCreate, serverImageCreate } from "../../app/server-snapshot.ts";
import { imageServiceUrl } from "../links.ts";
import { printableName } from "../parameter-schemas.ts";
import { serverMetadata } from "./create-schema.ts";

const closed = { additionalProperties: false };
const metadata = Type.Optional(serverMetadata);
const naturalNumber = Type.Union([Type.Integer({ minimum: 0 }), Type.String({ pattern: "^[0-9]+$" })]);

/** Since 2.45 the id is in the body and no longer in a header. */
function imageReply(ctx: ComputeCtx, imageId: string, isKept = true): Reply {
  if (atLeast(ctx, "2.45")) return new Reply(202, { image_id: imageId });
  return new Reply(202, undefined, isKept ? { Location: `${imageServiceUrl(ctx)}/images/${imageId}` } : {});
}

/** Without `sealstone:tpm`, or with `new`, a server that is made of the image has a TPM of its own. */
const tpm = Type.Optional(Type.Union([Type.Literal("new"), Type.Literal("copy")]));
const image = Type.Object({ name: printableName, metadata, "sealstone:tpm": tpm }, closed);

/** POST /servers/{id}/action {"createImage": {"name": "before the upgrade"}} */
export const serverImageCreateAction = operation({
  body: Type.Object({ createImage: image }, closed),
  handle: async (ctx: ComputeCtx, { params, body }) => {
    const { name, metadata: given = {} } = body.createImage;
    const copyTpm = body.createImage["sealstone:tpm"] === "copy";
    const input = { name, metadata: given, limited: !atLeast(ctx, "2.39"), copyTpm };
    return imageReply(ctx, await serverImageCreate(ctx, params["id"] ?? "", input));
  },
});

const backup = Type.Object(
  { name: printableName, backup_type: Type.String(), rotation: naturalNumber, metadata },
  closed,
);

/** POST /servers/{id}/action {"createBackup": {"name": "nightly", "backup_type": "daily", "rotation": 7}} */
export const serverBackupCreateAction = operation({
  body: Type.Object({ createBackup: backup }, closed),
  handle: async (ctx: ComputeCtx, { params, body }) => {
    const { name, backup_type: backupType, rotation: wanted, metadata: given = {} } = body.createBackup;
    const rotation = Number(wanted);
    const input = { name, metadata: given, limited: !atLeast(ctx, "2.39"), backupType, rotation };
    const imageId = await serverBackupCreate(ctx, params["id"] ?? "", input);
    // With none kept the image is gone when the backup has ended.
    return imageReply(ctx, imageId, rotation > 0);
  },
});
