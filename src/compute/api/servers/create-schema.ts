import { Type, type TSchema } from "typebox";
import { personality } from "./personality.ts";
import { hostName, imageId, novaBoolean, printableName } from "../parameter-schemas.ts";

const closed = { additionalProperties: false };
export const nullable = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()]);
const anything = Type.Unknown();

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
export const uuidText = imageId;
export const serverMetadata = Type.Record(
  Type.String({ pattern: "^[a-zA-Z0-9-_:. ]{1,255}$" }),
  Type.String({ maxLength: 255 }),
  closed,
);

const network = Type.Object(
  {
    uuid: Type.Optional(Type.String()),
    port: Type.Optional(nullable(Type.String())),
    fixed_ip: Type.Optional(Type.String()),
    tag: Type.Optional(Type.String()),
  },
  closed,
);
const networkList = Type.Array(network);

const base64 = "^\\s*([A-Za-z0-9+/]\\s*)*=?\\s*=?\\s*$";
export const userData = Type.Optional(nullable(Type.String({ maxLength: 65_535, pattern: base64 })));

const base = {
  name: printableName,
  imageRef: Type.Optional(Type.Union([uuidText, Type.Literal("")])),
  flavorRef: Type.Union([Type.String({ minLength: 1 }), Type.Integer()]),
  adminPass: Type.Optional(Type.String()),
  metadata: Type.Optional(serverMetadata),
  networks: Type.Optional(networkList),
  key_name: Type.Optional(nullable(printableName)),
  availability_zone: Type.Optional(printableName),
  config_drive: Type.Optional(nullable(novaBoolean)),
  user_data: userData,
  min_count: Type.Optional(
    Type.Union([Type.Integer({ minimum: 1 }), Type.String({ pattern: "^[1-9][0-9]*$" })]),
  ),
  max_count: Type.Optional(
    Type.Union([Type.Integer({ minimum: 1 }), Type.String({ pattern: "^[1-9][0-9]*$" })]),
  ),
  return_reservation_id: Type.Optional(novaBoolean),
  security_groups: Type.Optional(Type.Array(Type.Object({ name: Type.Optional(printableName) }, closed))),
  block_device_mapping: Type.Optional(Type.Array(anything)),
  block_device_mapping_v2: Type.Optional(Type.Array(Type.Record(Type.String(), anything))),
  ...addresses,
  personality,
  "OS-DCF:diskConfig": diskConfig,
};

const serverIds = Type.Optional(Type.Union([uuidText, Type.Array(uuidText)]));
const hint = Type.Optional(
  Type.Object({ group: serverIds, same_host: serverIds, different_host: serverIds }),
);
const hints = { "os:scheduler_hints": hint, "OS-SCH-HNT:scheduler_hints": hint };

function body(fields: Readonly<Record<string, TSchema>>) {
  return Type.Object({ server: Type.Object(fields, closed), ...hints }, closed);
}

/** From 2.37 on it must be said which networks: a list, or none, or automatic. */
const networks = Type.Union([networkList, Type.Literal("none"), Type.Literal("auto")]);
const at19 = { ...base, description: Type.Optional(serverDescription) };
const at37 = { ...at19, networks };
const at52 = {
  ...at37,
  tags: Type.Optional(Type.Array(serverTag, { maxItems: 50 })),
};
const { personality: _gone, ...at57 } = at52;
const certificates = Type.Array(Type.String({ minLength: 1 }), {
  minItems: 1,
  maxItems: 50,
  uniqueItems: true,
});
export const trustedCertificates = Type.Optional(nullable(certificates));
const at63 = { ...at57, trusted_image_certificates: trustedCertificates };
const at74 = {
  ...at63,
  host: Type.Optional(hostName),
  hypervisor_hostname: Type.Optional(hostName),
};
const at90 = { ...at74, hostname: Type.Optional(serverHostname) };
const at94 = { ...at90, hostname: Type.Optional(hostName) };

/** Nova's schemas of POST /servers (nova.api.openstack.compute.schemas.servers), oldest first. */
export const serverCreateBody = [
  { from: "2.1", schema: body(base) },
  { from: "2.19", schema: body(at19) },
  { from: "2.37", schema: body(at37) },
  { from: "2.52", schema: body(at52) },
  { from: "2.57", schema: body(at57) },
  { from: "2.63", schema: body(at63) },
  { from: "2.74", schema: body(at74) },
  { from: "2.90", schema: body(at90) },
  { from: "2.94", schema: body(at94) },
] as const;
