import { Type } from "typebox";
import { CloudError } from "#base/errors.ts";
import { operation, Reply } from "#http/index.ts";
import type { ComputeCtx, ComputeDeps } from "../../app/deps.ts";
import { serverRefuse } from "../../app/server-without.ts";
import { serverFetch } from "../../app/server.ts";

const closed = { additionalProperties: false };

/** POST /servers/{id}/action {"changePassword": …}: it takes an agent in the guest, which no server has */
export const serverChangePassword = operation({
  body: Type.Object({ changePassword: Type.Object({ adminPass: Type.String() }, closed) }, closed),
  handle: (ctx: ComputeCtx, { params }) =>
    serverRefuse(ctx, params["id"] ?? "", "os_compute_api:os-admin-password", {
      state: { nova: "changePassword", from: ["active"] },
      error: () => new CloudError("conflict", "QEMU guest agent is not enabled"),
    }),
});

/** GET /servers/{id}/os-server-password: what the guest handed to a metadata service; there is none that it could. */
export const serverPasswordShow = operation<ComputeDeps>({
  handle: async (ctx, { params }) => {
    await serverFetch(ctx, params["id"] ?? "", "os_compute_api:os-server-password:show");
    return { password: "" };
  },
});

/** DELETE /servers/{id}/os-server-password */
export const serverPasswordClear = operation<ComputeDeps>({
  handle: async (ctx, { params }) => {
    await serverFetch(ctx, params["id"] ?? "", "os_compute_api:os-server-password:clear");
    return new Reply(204);
  },
});
