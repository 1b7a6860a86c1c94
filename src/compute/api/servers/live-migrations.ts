/** Of live migrations under way, which need a second host: there are none. */
import { Type } from "typebox";
import { CloudError } from "#base/errors.ts";
import { operation } from "#http/index.ts";
import type { ComputeCtx, ComputeDeps } from "../../app/deps.ts";
import { serverRefuse } from "../../app/server-without.ts";
import { serverFetch } from "../../app/server.ts";

const rule = (name: string): string => `os_compute_api:servers:migrations:${name}`;

/** GET /servers/{id}/migrations, since 2.23 */
export const liveMigrationList = operation<ComputeDeps>({
  handle: async (ctx, { params }) => {
    await serverFetch(ctx, params["id"] ?? "", rule("index"));
    return { migrations: [] };
  },
});

/** GET /servers/{id}/migrations/{migration}, since 2.23 */
export const liveMigrationShow = operation<ComputeDeps>({
  handle: (ctx, { params }) =>
    serverRefuse(ctx, params["id"] ?? "", rule("show"), {
      error: ({ id }) =>
        new CloudError(
          "not-found",
          `In-progress live migration ${params["migration"]} is not found for server ${id}.`,
        ),
    }),
});

/** DELETE /servers/{id}/migrations/{migration}, since 2.24: aborts it */
export const liveMigrationAbort = operation<ComputeDeps>({
  handle: (ctx, { params }) =>
    serverRefuse(ctx, params["id"] ?? "", rule("delete"), {
      error: ({ id }) =>
        new CloudError("not-found", `Migration ${params["migration"]} not found for instance ${id}`),
    }),
});

/** POST /servers/{id}/migrations/{migration}/action {"force_complete": null}, since 2.22 */
export const liveMigrationForceComplete = operation({
  body: Type.Object({ force_complete: Type.Null() }, { additionalProperties: false }),
  handle: (ctx: ComputeCtx, { params }) =>
    serverRefuse(ctx, params["id"] ?? "", rule("force_complete"), {
      error: ({ id }) =>
        new CloudError("invalid", `Migration ${params["migration"]} not found for instance ${id}`),
    }),
});
