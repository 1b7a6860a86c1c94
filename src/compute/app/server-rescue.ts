import { CloudError, isCloudError } from "#base/errors.ts";
import { newUuid, type SagaId } from "#base/ids.ts";
import { rescueDeviceOf } from "../domain/rescue.ts";
import type { Server, ServerImage } from "../domain/server.ts";
import { serverActionPermit, serverActionRules } from "../domain/server-action.ts";
import { serverRescue as serverRescueSaga } from "../sagas/server-rescue.ts";
import { injectionSeal } from "./config-drive.ts";
import type { ComputeCtx } from "./deps.ts";
import { passphraseFor } from "./passphrase-for.ts";
import { serverFetch, serverLockPermit } from "./server.ts";
import { imageOf, serverImageOf } from "./server-image.ts";
import { serverSagaStart } from "./server-saga.ts";

/**
 * Boots a server from its own image, or from another that the caller may see, beside its own disk. Throws `invalid` for an image
 * that cannot rescue (nova.compute.api.API.rescue).
 */
export async function serverRescue(
  ctx: ComputeCtx,
  id: string,
  asked: { readonly imageId: string | undefined; readonly adminPass: string },
): Promise<void> {
  const server = await serverFetch(ctx, id, "os_compute_api:os-rescue");
  const permit = (current: Server): true => {
    serverLockPermit(ctx, current);
    serverActionPermit(current, "rescue");
    return true;
  };
  permit(server);
  const image = asked.imageId === undefined ? server.image : await rescueImageOf(ctx, asked.imageId);
  rescueDeviceOf(image.properties);
  const sagaId = newUuid<SagaId>();
  const sealed = server.tpm && (await passphraseFor(ctx, server, { sagaId, operation: "rescue" }));
  const injection = { adminPass: asked.adminPass, files: [] };
  const injected = server.configDrive
    ? { injected: await injectionSeal(ctx, server.id, { sagaId, injection }) }
    : {};
  await serverSagaStart(ctx, serverRescueSaga, {
    sagaId,
    server,
    taskState: serverActionRules.rescue.task,
    action: "rescue",
    event: "compute_rescue_instance",
    params: { image, ...injected },
    permit,
    sealedBox: sealed?.sealedBox,
  });
}

async function rescueImageOf(ctx: ComputeCtx, id: string): Promise<ServerImage> {
  try {
    return await serverImageOf(ctx, await imageOf(ctx, id));
  } catch (cause) {
    if (!isCloudError(cause, "invalid")) throw cause;
    throw new CloudError("invalid", `Requested rescue image '${id}' is not supported: ${cause.message}`, {
      cause,
    });
  }
}
