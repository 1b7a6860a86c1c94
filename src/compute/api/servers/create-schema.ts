import { Type, type TSchema } from "typebox";
import { personality } from "./personality.ts";
import {
  anyAddress,
  base64Pattern,
  hostName,
  imageId,
  novaBoolean,
  printableName,
} from "../parameter-schemas.ts";

const closed = { additionalProperties: false };
export const nullable = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()]);
const text = (maxLength: number, pattern?: string) =>
  Type.Optional(Type.String({ maxLength, ...(pattern === undefined ? {} : { pattern }) }));

export const serverDescription = nullable(
  Type.String({ maxLength: 255, pattern: "^[^\\p{C}\\p{Zl}\\p{Zp}]*$" }),
);
/** parameter_types.hostname; since 2.94 it is `hostName`. */
export const serverHostname = Type.String({
  minLength: 2,
  maxLength: 63,
  pattern: "^[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]$",
});
export const addresses = {
  accessIPv4: Type.Optional(Type.String({ format: "ipv4" })),
  accessIPv6: Type.Optional(Type.String({ format: "ipv6" })),
};
export const diskConfig = Type.Optional(Type.Union([Type.Literal("AUTO"), Type.Literal("MANUAL")]));
export const serverTag = Type.String({ minLength: 1, maxLength: 60, pattern: "^[^,/]*$" });
export const serverMetadata = Type.Record(
  Type.String({ pattern: "^[a-zA-Z0-9-_:. ]{1,255}$" }),
  Type.String({ maxLength: 255 }),
  closed,
);
export const userData = Type.String({
  maxLength: 65_535,
  pattern: base64Pattern,
});

const tagged = { tag: Type.Optional(serverTag) };
const attachment = { fixed_ip: Type.Optional(anyAddress), port: Type.Optional(nullable(imageId)) };
const network = { ...attachment, uuid: Type.Optional(Type.String()) };
/** From 2.37 on it must be said which: a list, or none, or automatic. */
const networksSaid = (more: Readonly<Record<string, TSchema>>) =>
  Type.Union([
    Type.Array(Type.Object({ ...attachment, uuid: Type.Optional(imageId), ...more }, closed)),
    Type.Literal("none"),
    Type.Literal("auto"),
  ]);
const networkList = (more: Readonly<Record<string, TSchema>> = {}) =>
  Type.Optional(Type.Array(Type.Object({ ...network, ...more }, closed)));

/** parameter_types.positive_integer: as a number or as text. */
const positive = Type.Union([Type.Integer({ minimum: 1 }), Type.String({ pattern: "^0*[1-9][0-9]*$" })]);

const mapping = {
  virtual_name: text(255),
  volume_id: Type.Optional(imageId),
  snapshot_id: Type.Optional(imageId),
  volume_size: Type.Optional(positive),
  device_name: Type.Optional(Type.String({ minLength: 1, maxLength: 255, pattern: "^[a-zA-Z0-9._/-]*$" })),
  delete_on_termination: Type.Optional(novaBoolean),
  no_device: Type.Optional(Type.Unknown()),
  connection_info: text(16_777_215),
};
const mappingV2 = {
  ...mapping,
  source_type: Type.Optional(Type.Enum(["volume", "image", "snapshot", "blank"])),
  uuid: Type.Optional(Type.String({ minLength: 1, maxLength: 255, pattern: "^[a-zA-Z0-9._-]*$" })),
  image_id: Type.Optional(imageId),
  destination_type: Type.Optional(Type.Enum(["local", "volume"])),
  guest_format: text(255),
  device_type: text(255),
  disk_bus: text(255),
  boot_index: Type.Optional(
    Type.Union([Type.Integer(), Type.String({ pattern: "^-?[0-9]+$" }), Type.Null()]),
  ),
};
const mappingsV2 = (more: Readonly<Record<string, TSchema>> = {}) => ({
  block_device_mapping_v2: Type.Optional(Type.Array(Type.Object({ ...mappingV2, ...more }, closed))),
});

const base = {
  name: printableName,
  imageRef: Type.Optional(Type.Union([imageId, Type.Literal("")])),
  flavorRef: Type.Union([Type.String({ minLength: 1 }), Type.Integer()]),
  adminPass: Type.Optional(Type.String()),
  metadata: Type.Optional(serverMetadata),
  networks: networkList(),
  key_name: Type.Optional(printableName),
  availability_zone: Type.Optional(printableName),
  config_drive: Type.Optional(novaBoolean),
  user_data: Type.Optional(userData),
  min_count: Type.Optional(positive),
  max_count: Type.Optional(positive),
  return_reservation_id: Type.Optional(novaBoolean),
  security_groups: Type.Optional(Type.Array(Type.Object({ name: Type.Optional(printableName) }, closed))),
  block_device_mapping: Type.Optional(Type.Array(Type.Object(mapping, closed))),
  ...mappingsV2(),
  ...addresses,
  personality,
  "OS-DCF:diskConfig": diskConfig,
};

const oneOrMore = Type.Optional(Type.Union([imageId, Type.Array(imageId)]));
const sameHost = Type.Optional(Type.Union([Type.String(), Type.Array(imageId)]));
/** As Nova's, which is open for the hints of filters that are not its own. */
const hint = Type.Optional(
  Type.Object({
    group: oneOrMore,
    same_host: sameHost,
    different_host: oneOrMore,
    query: Type.Optional(Type.Union([Type.String(), Type.Object({})])),
    target_cell: Type.Optional(printableName),
    different_cell: Type.Optional(Type.Union([Type.String(), Type.Array(Type.String())])),
    build_near_host_ip: Type.Optional(anyAddress),
    cidr: Type.Optional(Type.String({ pattern: "^/[0-9a-f.:]+$" })),
  }),
);
const hints = { "os:scheduler_hints": hint, "OS-SCH-HNT:scheduler_hints": hint };

function body(fields: Readonly<Record<string, TSchema>>) {
  return Type.Object({ server: Type.Object(fields, closed), ...hints }, closed);
}

const at19 = { ...base, description: Type.Optional(serverDescription) };
const at32 = { ...at19, networks: networkList(tagged), ...mappingsV2(tagged) };
const at33 = { ...at19, networks: networkList(tagged) };
const at37 = { ...at33, networks: networksSaid({}) };
const at42 = { ...at37, networks: networksSaid(tagged), ...mappingsV2(tagged) };
const at52 = { ...at42, tags: Type.Optional(Type.Array(serverTag, { maxItems: 50 })) };
const { personality: _gone, ...at57 } = at52;
const certificates = Type.Array(Type.String({ minLength: 1 }), {
  minItems: 1,
  maxItems: 50,
  uniqueItems: true,
});
export const trustedCertificates = Type.Optional(nullable(certificates));
const at63 = { ...at57, trusted_image_certificates: trustedCertificates };
const typed = { ...tagged, volume_type: Type.Optional(nullable(Type.String({ maxLength: 255 }))) };
const at67 = { ...at63, ...mappingsV2(typed) };
const at74 = {
  ...at67,
  host: Type.Optional(hostName),
  hypervisor_hostname: Type.Optional(hostName),
};
const at90 = { ...at74, hostname: Type.Optional(serverHostname) };
const at94 = { ...at90, hostname: Type.Optional(hostName) };

/** Nova's schemas of POST /servers (nova.api.openstack.compute.schemas.servers), oldest first. */
export const serverCreateBody = [
  { from: "2.1", schema: body(base) },
  { from: "2.19", schema: body(at19) },
  { from: "2.32", schema: body(at32) },
  // The tags were lost here, and came back with 2.37 and 2.42.
  { from: "2.33", schema: body(at33) },
  { from: "2.37", schema: body(at37) },
  { from: "2.42", schema: body(at42) },
  { from: "2.52", schema: body(at52) },
  { from: "2.57", schema: body(at57) },
  { from: "2.63", schema: body(at63) },
  { from: "2.67", schema: body(at67) },
  { from: "2.74", schema: body(at74) },
  { from: "2.90", schema: body(at90) },
  { from: "2.94", schema: body(at94) },
] as const;
