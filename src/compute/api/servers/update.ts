import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { ComputeCtx } from "../../app/deps.ts";
import { hostsAll } from "../../app/host.ts";
import { serverRenameAs } from "../../app/server.ts";
import { serverName } from "./create-schema.ts";
import { serverDetail } from "./view.ts";

const closed = { additionalProperties: false };
const base = { name: Type.Optional(serverName) };
const at19 = {
  ...base,
  description: Type.Optional(Type.Union([Type.String({ maxLength: 255 }), Type.Null()])),
};
const at90 = {
  ...at19,
  hostname: Type.Optional(Type.String({ pattern: "^[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$" })),
};

/** PUT /servers/{id} */
export const serverUpdate = operation({
  body: [
    { from: "2.1", schema: Type.Object({ server: Type.Object(base, closed) }, closed) },
    { from: "2.19", schema: Type.Object({ server: Type.Object(at19, closed) }, closed) },
    { from: "2.90", schema: Type.Object({ server: Type.Object(at90, closed) }, closed) },
  ],
  handle: async (ctx: ComputeCtx, { params, body }) => {
    const changed = await serverRenameAs(ctx, params["id"] ?? "", body.server);
    const hosts = new Map((await hostsAll(ctx)).map((host) => [host.id, host]));
    return { server: serverDetail(ctx, changed, hosts) };
  },
});
