import { SocketAddress } from "node:net";
import { Type } from "typebox";

/** nova.api.validation.parameter_types.name: printable, no blank at either end. */
export const printableName = Type.String({
  minLength: 1,
  maxLength: 255,
  pattern: "^[^\\p{C}\\p{Z}]([^\\p{C}\\p{Zl}\\p{Zp}]*[^\\p{C}\\p{Z}])?$",
});
/** parameter_types.name_with_leading_trailing_spaces: the caller trims it. */
export const paddedName = Type.String({
  minLength: 1,
  maxLength: 255,
  pattern: "^ *[^\\p{C}\\p{Z}]([^\\p{C}\\p{Zl}\\p{Zp}]*[^\\p{C}\\p{Z}])? *$",
});
/** parameter_types.az_name: a name without the colon that parts zone and host. */
export const zoneName = Type.String({
  minLength: 1,
  maxLength: 255,
  pattern: "^[^\\p{C}\\p{Z}:]([^\\p{C}\\p{Zl}\\p{Zp}:]*[^\\p{C}\\p{Z}:])?$",
});
export const flavorDescription = Type.String({ maxLength: 65_535, pattern: "^[^\\p{C}\\p{Zl}\\p{Zp}]*$" });
/** parameter_types.image_id: a UUID, with its dashes or without. */
export const imageId = Type.String({
  pattern: "^[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}$",
});
/** parameter_types.fqdn */
export const hostName = Type.String({ minLength: 1, maxLength: 255, pattern: "^[a-zA-Z0-9\\-._]*$" });
/** Nova's format `base64`, with the line ends that encoders put in; padded. */
export const base64Pattern =
  "^\\s*(([A-Za-z0-9+/]\\s*){4})*(([A-Za-z0-9+/]\\s*){2}(=\\s*){2}|([A-Za-z0-9+/]\\s*){3}=\\s*)?$";
/** parameter_types.ip_address */
export const anyAddress = Type.Union([Type.String({ format: "ipv4" }), Type.String({ format: "ipv6" })]);
/** As RFC 5952 writes it, and Nova's database. */
export const ipv6Canonical = (address: string): string =>
  new SocketAddress({ address, family: "ipv6" }).address;
/** parameter_types.boolean, as schema and as value. */
const trueTexts = ["True", "TRUE", "true", "1", "ON", "On", "on", "YES", "Yes", "yes"];
const falseTexts = ["False", "FALSE", "false", "0", "OFF", "Off", "off", "NO", "No", "no"];
export const novaBoolean = Type.Union([Type.Boolean(), Type.Enum([...trueTexts, ...falseTexts])]);

export function isNovaTrue(value: boolean | string | null | undefined): boolean {
  return value === true || trueTexts.some((text) => text === value);
}
