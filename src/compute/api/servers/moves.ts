/** What takes a second host: the answers of a cloud with one. */
import { Type, type TSchema } from "typebox";
import { randomBytes } from "node:crypto";
import { CloudError } from "#base/errors.ts";
import { atLeast, operation, Reply } from "#http/index.ts";
import type { ComputeCtx } from "../../app/deps.ts";
import { serverEvacuateRefuse, serverMoveRefuse, serverMoveRefuseNow } from "../../app/server-without.ts";
import { hostName, isNovaTrue, novaBoolean } from "../parameter-schemas.ts";

const closed = { additionalProperties: false };
const rule = (name: string): string => `os_compute_api:os-migrate-server:${name}`;
const nullableHost = Type.Union([hostName, Type.Null()]);

/** POST /servers/{id}/action {"migrate": null}, since 2.56 {"migrate": {"host": "…"}} */
export const serverMigrate = operation({
  body: [
    { from: "2.1", schema: Type.Object({ migrate: Type.Unknown() }, closed) },
    {
      from: "2.56",
      schema: Type.Object(
        {
          migrate: Type.Union([Type.Object({ host: Type.Optional(nullableHost) }, closed), Type.Null()]),
        },
        closed,
      ),
    },
  ],
  handle: async (ctx: ComputeCtx, { params, body }) => {
    const asked = atLeast(ctx, "2.56") ? (body.migrate as { readonly host?: string | null } | null) : null;
    const host = asked?.host ?? undefined;
    await serverMoveRefuse(ctx, params["id"] ?? "", {
      nova: "migrate",
      event: "conductor_migrate_server",
      from: ["active", "stopped"],
      rule: rule(host === undefined ? "migrate" : "migrate:host"),
      host,
    });
    return new Reply(202);
  },
});

const live = (fields: Readonly<Record<string, TSchema>>) =>
  Type.Object({ "os-migrateLive": Type.Object({ host: nullableHost, ...fields }, closed) }, closed);
const automatic = { block_migration: Type.Union([novaBoolean, Type.Literal("auto")]) };

/** POST /servers/{id}/action {"os-migrateLive": …}: since 2.34 the action tells what became of it */
export const serverMigrateLive = operation({
  body: [
    { from: "2.1", schema: live({ block_migration: novaBoolean, disk_over_commit: novaBoolean }) },
    { from: "2.25", schema: live(automatic) },
    { from: "2.30", schema: live({ ...automatic, force: Type.Optional(novaBoolean) }) },
    { from: "2.68", schema: live(automatic) },
  ],
  handle: async (ctx: ComputeCtx, { params, body }) => {
    const { host, force } = body["os-migrateLive"] as { host: string | null; force?: boolean | string };
    if (isNovaTrue(force) && host === null)
      throw new CloudError("invalid", "Can't force to a non-provided destination");
    const refuse = atLeast(ctx, "2.34") ? serverMoveRefuse : serverMoveRefuseNow;
    await refuse(ctx, params["id"] ?? "", {
      nova: "live-migration",
      event: "conductor_live_migrate_instance",
      from: ["active", "paused"],
      rule: rule(host === null ? "migrate_live" : "migrate_live:host"),
      host: host ?? undefined,
    });
    return new Reply(202);
  },
});

const evacuate = (fields: Readonly<Record<string, TSchema>>) =>
  Type.Object(
    {
      evacuate: Type.Object(
        { host: Type.Optional(hostName), adminPass: Type.Optional(Type.String()), ...fields },
        closed,
      ),
    },
    closed,
  );

/** POST /servers/{id}/action {"evacuate": …} */
export const serverEvacuate = operation({
  body: [
    { from: "2.1", schema: evacuate({ onSharedStorage: novaBoolean }) },
    { from: "2.14", schema: evacuate({}) },
    { from: "2.29", schema: evacuate({ force: Type.Optional(novaBoolean) }) },
    { from: "2.68", schema: evacuate({}) },
  ],
  handle: async (ctx: ComputeCtx, { params, body }) => {
    const { host, force, adminPass } = body.evacuate as Readonly<
      Partial<Record<"host" | "force" | "adminPass", string>>
    >;
    if (isNovaTrue(force) && host === undefined)
      throw new CloudError("invalid", "Can't force to a non-provided destination");
    await serverEvacuateRefuse(ctx, params["id"] ?? "", host);
    const password = adminPass ?? randomBytes(9).toString("base64url");
    return new Reply(200, atLeast(ctx, "2.14") ? undefined : { adminPass: password });
  },
});
