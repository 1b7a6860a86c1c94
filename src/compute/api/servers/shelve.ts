import { Type } from "typebox";
import { atLeast, operation, Reply } from "#http/index.ts";
import type { ComputeCtx } from "../../app/deps.ts";
import {
  serverShelve as shelve,
  serverShelveOffload as shelveOffload,
  serverUnshelve as unshelve,
  type UnshelveInput,
} from "../../app/server-shelve.ts";
import { printableName } from "../parameter-schemas.ts";

const closed = { additionalProperties: false };

/** POST /servers/{id}/action {"shelve": null} */
export const serverShelve = operation({
  body: Type.Object({ shelve: Type.Unknown() }, closed),
  handle: async (ctx: ComputeCtx, { params }) => {
    await shelve(ctx, params["id"] ?? "");
    return new Reply(202);
  },
});

/** POST /servers/{id}/action {"shelveOffload": null} */
export const serverShelveOffload = operation({
  body: Type.Object({ shelveOffload: Type.Unknown() }, closed),
  handle: async (ctx: ComputeCtx, { params }) => {
    await shelveOffload(ctx, params["id"] ?? "");
    return new Reply(202);
  },
});

const zoned = Type.Object({ availability_zone: printableName }, closed);
const placed = Type.Object(
  {
    availability_zone: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    host: Type.Optional(Type.String()),
  },
  closed,
);

/** POST /servers/{id}/action {"unshelve": null}, since 2.77 with a zone, since 2.91 with a host too */
export const serverUnshelve = operation({
  body: [
    { from: "2.1", schema: Type.Object({ unshelve: Type.Unknown() }, closed) },
    { from: "2.77", schema: Type.Object({ unshelve: Type.Union([zoned, Type.Null()]) }, closed) },
    { from: "2.91", schema: Type.Object({ unshelve: Type.Union([placed, Type.Null()]) }, closed) },
  ],
  handle: async (ctx: ComputeCtx, { params, body }) => {
    await unshelve(ctx, params["id"] ?? "", destinationOf(ctx, body.unshelve));
    return new Reply(202);
  },
});

/** Below 2.77 the value may be anything and means nothing. */
function destinationOf(ctx: ComputeCtx, value: unknown): UnshelveInput {
  if (!atLeast(ctx, "2.77") || value === null) return {};
  const { availability_zone: zone, host } = value as {
    readonly availability_zone?: string | null;
    readonly host?: string;
  };
  return { zone, host };
}
