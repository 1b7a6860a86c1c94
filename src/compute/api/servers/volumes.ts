/** What takes a volume service: no server has a volume, and Nova's answers for one that is not there. */
import { Type, type TSchema } from "typebox";
import { CloudError } from "#base/errors.ts";
import { operation } from "#http/index.ts";
import type { ComputeCtx, ComputeDeps } from "../../app/deps.ts";
import { serverRefuse } from "../../app/server-without.ts";
import { serverFetch } from "../../app/server.ts";
import { novaBoolean } from "../parameter-schemas.ts";
import { pageOf } from "../paging.ts";
import { queryCheck } from "../query-check.ts";
import { serverTag } from "./create-schema.ts";

const closed = { additionalProperties: false };
const rule = (name: string): string => `os_compute_api:os-volumes-attachments:${name}`;
const attachable = ["active", "paused", "stopped", "resized", "suspended", "shelved"] as const;

const noVolume = (id: string) => (): CloudError =>
  new CloudError("not-found", `Volume ${id} could not be found.`);

/** GET /servers/{id}/os-volume_attachments */
export const volumeAttachmentList = operation<ComputeDeps>({
  handle: async (ctx, { params, query }) => {
    queryCheck(ctx, query, ["limit", "offset"], "2.75");
    pageOf(query);
    await serverFetch(ctx, params["id"] ?? "", rule("index"));
    return { volumeAttachments: [] };
  },
});

/** GET /servers/{id}/os-volume_attachments/{volume} */
export const volumeAttachmentShow = operation<ComputeDeps>({
  handle: (ctx, { params }) =>
    serverRefuse(ctx, params["id"] ?? "", rule("show"), {
      error: ({ id }) =>
        new CloudError("not-found", `Instance ${id} is not attached to volume ${params["volume"]}`),
    }),
});

const attachment = (fields: Readonly<Record<string, TSchema>>) =>
  Type.Object(
    {
      volumeAttachment: Type.Object({ volumeId: Type.String({ format: "uuid" }), ...fields }, closed),
    },
    closed,
  );
const device = { device: Type.Optional(Type.Union([Type.String(), Type.Null()])) };
const tagged = { ...device, tag: Type.Optional(serverTag) };
const deletable = { ...tagged, delete_on_termination: Type.Optional(novaBoolean) };

/** POST /servers/{id}/os-volume_attachments */
export const volumeAttach = operation({
  body: [
    { from: "2.1", schema: attachment(device) },
    { from: "2.49", schema: attachment(tagged) },
    { from: "2.79", schema: attachment(deletable) },
  ],
  handle: (ctx: ComputeCtx, { params, body }) =>
    serverRefuse(ctx, params["id"] ?? "", rule("create"), {
      state: { nova: "attach_volume", from: attachable },
      error: noVolume(body.volumeAttachment.volumeId),
    }),
});

const shown = {
  ...deletable,
  serverId: Type.Optional(Type.String({ format: "uuid" })),
  id: Type.Optional(Type.String({ format: "uuid" })),
};

/** PUT /servers/{id}/os-volume_attachments/{volume}: another volume in its place, or since 2.85 what becomes of it */
export const volumeAttachmentUpdate = operation({
  body: [
    { from: "2.1", schema: attachment({}) },
    { from: "2.85", schema: attachment(shown) },
  ],
  handle: (ctx: ComputeCtx, { params }) =>
    serverRefuse(ctx, params["id"] ?? "", rule("update"), { error: noVolume(params["volume"] ?? "") }),
});

/** DELETE /servers/{id}/os-volume_attachments/{volume} */
export const volumeDetach = operation<ComputeDeps>({
  handle: (ctx, { params }) =>
    serverRefuse(ctx, params["id"] ?? "", rule("delete"), { error: noVolume(params["volume"] ?? "") }),
});
