import { Type, type TSchema } from "typebox";
import { atLeast, operation } from "#http/index.ts";
import type { ComputeCtx } from "../../app/deps.ts";
import { hostsById } from "../../app/host.ts";
import { serverChangeAs } from "../../app/server-change.ts";
import { serverGroupIds } from "../../app/server-group.ts";
import type { Server } from "../../domain/server.ts";
import { hostName, ipv6Canonical, printableName } from "../parameter-schemas.ts";
import { addresses, diskConfig, serverDescription, serverHostname } from "./create-schema.ts";
import { serverDetail, serverDetailOfOld } from "./view.ts";

const closed = { additionalProperties: false };
const body = (fields: Readonly<Record<string, TSchema>>) =>
  Type.Object({ server: Type.Object(fields, closed) }, closed);
const base = { name: Type.Optional(printableName), "OS-DCF:diskConfig": diskConfig, ...addresses };
const at19 = { ...base, description: Type.Optional(serverDescription) };

interface Changes extends Partial<
  Pick<Server, "name" | "description" | "hostname" | "accessIPv4" | "accessIPv6">
> {
  readonly "OS-DCF:diskConfig"?: Server["diskConfig"];
}

/** PUT /servers/{id} */
export const serverUpdate = operation({
  body: [
    { from: "2.1", schema: body(base) },
    { from: "2.19", schema: body(at19) },
    { from: "2.90", schema: body({ ...at19, hostname: Type.Optional(serverHostname) }) },
    { from: "2.94", schema: body({ ...at19, hostname: Type.Optional(hostName) }) },
  ],
  handle: async (ctx: ComputeCtx, input) => {
    const { server: wanted } = input.body as unknown as { server: Changes };
    const { "OS-DCF:diskConfig": disk, accessIPv6: address, ...others } = wanted;
    const changes = {
      ...others,
      ...(disk === undefined ? {} : { diskConfig: disk }),
      ...(address === undefined ? {} : { accessIPv6: ipv6Canonical(address) }),
    };
    const changed = await serverChangeAs(
      ctx,
      input.params["id"] ?? "",
      "os_compute_api:servers:update",
      (server) => ({ ...server, ...changes }),
    );
    const hosts = await hostsById(ctx);
    if (!atLeast(ctx, "2.75")) return { server: serverDetailOfOld(ctx, changed, hosts) };
    return { server: serverDetail(ctx, changed, hosts, await serverGroupIds(ctx, changed.id)) };
  },
});
