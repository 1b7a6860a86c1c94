import { randomBytes } from "node:crypto";
import { Type, type TSchema } from "typebox";
import { atLeast, operation, Reply } from "#http/index.ts";
import { filesOf, personality, type PersonalityFile } from "./personality.ts";
import type { ComputeCtx } from "../../app/deps.ts";
import { hostsById } from "../../app/host.ts";
import { serverGroupIds } from "../../app/server-group.ts";
import { serverRebuild as rebuild, type RebuildInput } from "../../app/server-rebuild.ts";
import type { Server } from "../../domain/server.ts";
import { linksOf } from "../links.ts";
import {
  hostName,
  imageId,
  ipv6Canonical,
  isNovaTrue,
  novaBoolean,
  printableName,
} from "../parameter-schemas.ts";
import {
  addresses,
  diskConfig,
  nullable,
  serverDescription,
  serverHostname,
  serverMetadata,
  trustedCertificates,
  userData,
} from "./create-schema.ts";
import { serverDetail, serverDetailOfOld } from "./view.ts";

const closed = { additionalProperties: false };
const body = (fields: Readonly<Record<string, TSchema>>) =>
  Type.Object({ rebuild: Type.Object(fields, closed) }, closed);

const base = {
  imageRef: imageId,
  name: Type.Optional(printableName),
  adminPass: Type.Optional(Type.String()),
  metadata: Type.Optional(serverMetadata),
  preserve_ephemeral: Type.Optional(novaBoolean),
  "OS-DCF:diskConfig": diskConfig,
  ...addresses,
  personality,
  "sealstone:tpm": Type.Optional(Type.Union([Type.Literal("keep"), Type.Literal("replace")])),
};
const at19 = { ...base, description: Type.Optional(serverDescription) };
const at54 = { ...at19, key_name: Type.Optional(nullable(Type.String({ minLength: 1, maxLength: 255 }))) };
const { personality: _gone, ...without } = at54;
const at57 = { ...without, user_data: Type.Optional(nullable(userData)) };
const at63 = { ...at57, trusted_image_certificates: trustedCertificates };
const at90 = { ...at63, hostname: Type.Optional(serverHostname) };
const at94 = { ...at63, hostname: Type.Optional(hostName) };

interface RebuildBody {
  readonly imageRef: string;
  readonly name?: string;
  readonly adminPass?: string;
  readonly preserve_ephemeral?: boolean | string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly "OS-DCF:diskConfig"?: Server["diskConfig"];
  readonly accessIPv4?: string;
  readonly accessIPv6?: string;
  readonly personality?: readonly PersonalityFile[];
  readonly description?: string | null;
  readonly key_name?: string | null;
  readonly user_data?: string | null;
  readonly trusted_image_certificates?: readonly string[] | null;
  readonly hostname?: string;
  readonly "sealstone:tpm"?: "keep" | "replace";
}

/** POST /servers/{id}/action {"rebuild": {"imageRef": id}} */
export const serverRebuild = operation({
  body: [
    { from: "2.1", schema: body(base) },
    { from: "2.19", schema: body(at19) },
    { from: "2.54", schema: body(at54) },
    { from: "2.57", schema: body(at57) },
    { from: "2.63", schema: body(at63) },
    { from: "2.90", schema: body(at90) },
    { from: "2.94", schema: body(at94) },
  ],
  handle: async (ctx: ComputeCtx, input) => {
    const wanted = (input.body as unknown as { rebuild: RebuildBody }).rebuild;
    const adminPass = wanted.adminPass ?? randomBytes(9).toString("base64url");
    const server = await rebuild(ctx, input.params["id"] ?? "", inputOf(wanted, adminPass));
    const shown = {
      ...(await serverView(ctx, server)),
      // As at the creation: a guest learns it from its config drive.
      adminPass,
    };
    return new Reply(
      202,
      { server: shown },
      { Location: linksOf(ctx, `/servers/${server.id}`)[0]?.href ?? "" },
    );
  },
});

function inputOf(wanted: RebuildBody, adminPass: string): RebuildInput {
  const given = {
    name: wanted.name,
    description: wanted.description,
    hostname: wanted.hostname,
    keyName: wanted.key_name,
    metadata: wanted.metadata,
    userData: wanted.user_data,
    trustedCertificates: wanted.trusted_image_certificates,
    accessIPv4: wanted.accessIPv4,
    accessIPv6: wanted.accessIPv6 && ipv6Canonical(wanted.accessIPv6),
    diskConfig: wanted["OS-DCF:diskConfig"],
  };
  return {
    imageId: wanted.imageRef,
    injection: { adminPass, files: filesOf(wanted.personality) },
    changes: Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    preserveEphemeral: isNovaTrue(wanted.preserve_ephemeral),
    replaceTpm: wanted["sealstone:tpm"] === "replace",
  };
}

/** nova.api.openstack.compute.servers: `_rebuild`, which shows what its microversion knows. */
async function serverView(ctx: ComputeCtx, server: Server): Promise<object> {
  const hosts = await hostsById(ctx);
  const userDataField = atLeast(ctx, "2.57") ? { user_data: server.userData } : {};
  const groups = await serverGroupIds(ctx, server.id);
  if (!atLeast(ctx, "2.75")) {
    return {
      ...serverDetailOfOld(ctx, server, hosts),
      ...(atLeast(ctx, "2.54") ? { key_name: server.keyName } : {}),
      ...(atLeast(ctx, "2.71") ? { server_groups: groups } : {}),
      ...userDataField,
    };
  }
  const detail = serverDetail(ctx, server, hosts, groups) as Record<string, unknown>;
  const { "OS-EXT-SRV-ATTR:user_data": _shownOnce, ...fields } = detail;
  return { ...fields, ...userDataField };
}
