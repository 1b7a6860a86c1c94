/** What takes a network service: servers have no networks, and Nova's answers for what is not there. */
import { Type, type TProperties } from "typebox";
import { CloudError } from "#base/errors.ts";
import { operation, Reply } from "#http/index.ts";
import type { ComputeCtx, ComputeDeps } from "../../app/deps.ts";
import { serverRefuse } from "../../app/server-without.ts";
import { serverFetch, serverLockPermit } from "../../app/server.ts";
import { anyAddress, printableName } from "../parameter-schemas.ts";
import { serverTag } from "./create-schema.ts";

const closed = { additionalProperties: false };
const attach = (name: string): string => `os_compute_api:os-attach-interfaces:${name}`;

const notFound = (message: string) => () => new CloudError("not-found", message);
const invalid = (message: string) => () => new CloudError("invalid", message);

/** GET /servers/{id}/os-interface */
export const interfaceList = operation<ComputeDeps>({
  handle: async (ctx, { params }) => {
    await serverFetch(ctx, params["id"] ?? "", attach("list"));
    return { interfaceAttachments: [] };
  },
});

/** GET /servers/{id}/os-interface/{port} */
export const interfaceShow = operation<ComputeDeps>({
  handle: (ctx, { params }) =>
    serverRefuse(ctx, params["id"] ?? "", attach("show"), {
      error: notFound(`Port id ${params["port"]} could not be found.`),
    }),
});

const interfaceFields = {
  net_id: Type.Optional(Type.String({ format: "uuid" })),
  port_id: Type.Optional(Type.Union([Type.String({ format: "uuid" }), Type.Null()])),
  fixed_ips: Type.Optional(
    Type.Array(Type.Object({ ip_address: anyAddress }, closed), { minItems: 1, maxItems: 1 }),
  ),
};
const interfaceBody = (more: TProperties) =>
  Type.Object(
    { interfaceAttachment: Type.Optional(Type.Object({ ...interfaceFields, ...more }, closed)) },
    closed,
  );

/** POST /servers/{id}/os-interface */
export const interfaceAttach = operation({
  body: [
    { from: "2.1", schema: interfaceBody({}) },
    { from: "2.49", schema: interfaceBody({ tag: Type.Optional(serverTag) }) },
  ],
  handle: (ctx: ComputeCtx, { params, body }) => {
    const { net_id: network, port_id: port, fixed_ips: addresses } = body.interfaceAttachment ?? {};
    if (typeof network === "string" && typeof port === "string")
      throw new CloudError("invalid", "Must not input both network_id and port_id");
    if (addresses !== undefined && network === undefined)
      throw new CloudError("invalid", "Must input network_id when request IP address");
    return serverRefuse(ctx, params["id"] ?? "", attach("create"), {
      state: { nova: "attach_interface", from: ["active", "paused", "stopped"] },
      error: ({ projectId }) => {
        if (typeof port === "string") return notFound(`Port id ${port} could not be found.`)();
        if (network !== undefined) return notFound(`Network ${network} could not be found.`)();
        return invalid(
          `No specific network was requested and none are available for project '${projectId}'.`,
        )();
      },
    });
  },
});

/** DELETE /servers/{id}/os-interface/{port} */
export const interfaceDetach = operation<ComputeDeps>({
  handle: (ctx, { params }) =>
    serverRefuse(ctx, params["id"] ?? "", attach("delete"), {
      state: { nova: "detach_interface", from: ["active", "paused", "stopped"] },
      error: notFound(`Port id ${params["port"]} could not be found.`),
    }),
});

/** GET /servers/{id}/os-security-groups */
export const serverSecurityGroupList = operation<ComputeDeps>({
  handle: async (ctx, { params }) => {
    await serverFetch(ctx, params["id"] ?? "", "os_compute_api:os-security-groups:list");
    return { security_groups: [] };
  },
});

function securityGroupAction(key: "addSecurityGroup" | "removeSecurityGroup", rule: string) {
  return operation({
    body: Type.Object({ [key]: Type.Object({ name: printableName }, closed) }, closed),
    handle: (ctx: ComputeCtx, { params, body }) => {
      const { name } = (body as Readonly<Record<string, { readonly name: string }>>)[key] ?? { name: "" };
      return serverRefuse(ctx, params["id"] ?? "", `os_compute_api:os-security-groups:${rule}`, {
        error: notFound(`Security group ${name} not found.`),
      });
    },
  });
}

/** POST /servers/{id}/action */
export const serverAddSecurityGroup = securityGroupAction("addSecurityGroup", "add");
export const serverRemoveSecurityGroup = securityGroupAction("removeSecurityGroup", "remove");

const networkId = Type.Union([Type.String(), Type.Integer()]);

/** Until 2.43 */
export const serverAddFixedIp = operation({
  body: Type.Object({ addFixedIp: Type.Object({ networkId }, closed) }, closed),
  handle: (ctx: ComputeCtx, { params, body }) =>
    serverRefuse(ctx, params["id"] ?? "", "os_compute_api:os-multinic:add", {
      error: invalid(`No fixed IP addresses available for network: ${body.addFixedIp.networkId}`),
    }),
});

export const serverRemoveFixedIp = operation({
  body: Type.Object({ removeFixedIp: Type.Object({ address: anyAddress }, closed) }, closed),
  handle: (ctx: ComputeCtx, { params, body }) =>
    serverRefuse(ctx, params["id"] ?? "", "os_compute_api:os-multinic:remove", {
      error: ({ id }) => invalid(`Instance ${id} does not have fixed IP '${body.removeFixedIp.address}'.`)(),
    }),
});

const floating = { address: anyAddress };

export const serverAddFloatingIp = operation({
  body: Type.Object(
    {
      addFloatingIp: Type.Object({ ...floating, fixed_address: Type.Optional(anyAddress) }, closed),
    },
    closed,
  ),
  handle: (ctx: ComputeCtx, { params }) =>
    serverRefuse(ctx, params["id"] ?? "", "os_compute_api:os-floating-ips:add", {
      error: invalid("Instance network is not ready yet"),
    }),
});

export const serverRemoveFloatingIp = operation({
  body: Type.Object({ removeFloatingIp: Type.Object(floating, closed) }, closed),
  handle: (ctx: ComputeCtx, { params }) =>
    serverRefuse(ctx, params["id"] ?? "", "os_compute_api:os-floating-ips:remove", {
      error: notFound("floating IP not found"),
    }),
});

/** POST /servers/{id}/action {"injectNetworkInfo": null}: for administrators; as with Nova's libvirt driver nothing comes of it. */
export const serverInjectNetworkInfo = operation({
  body: Type.Object({ injectNetworkInfo: Type.Unknown() }, closed),
  handle: async (ctx: ComputeCtx, { params }) => {
    const rule = "os_compute_api:os-admin-actions:inject_network_info";
    serverLockPermit(ctx, await serverFetch(ctx, params["id"] ?? "", rule));
    return new Reply(202);
  },
});
