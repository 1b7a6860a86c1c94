import { Type, type TSchema } from "typebox";
import { CloudError } from "#base/errors.ts";
import { injectedFileQuotas, networkQuotas, quotaResources } from "../../domain/quota.ts";

const maximum = 0x7fff_ffff;
const limit = Type.Optional(
  Type.Union([Type.Integer({ minimum: -1, maximum }), Type.String({ pattern: "^-?[0-9]{1,10}$" })]),
);

/** A field for each resource but those that are named. */
export function limitFields(without: readonly string[]): Record<string, TSchema> {
  return Object.fromEntries(
    quotaResources.filter((name) => !without.includes(name)).map((name) => [name, limit]),
  );
}

/** What the body's resources leave out, by the time that Nova dropped it. */
export const droppedQuotas = {
  networks: networkQuotas,
  injectedFiles: [...networkQuotas, ...injectedFileQuotas],
};

/** Numbers also come as text, whose bounds the schema cannot say. */
export function limitsOf(fields: Readonly<Record<string, unknown>>): Record<string, number> {
  const limits: Record<string, number> = {};
  for (const name of quotaResources) {
    if (fields[name] === undefined) continue;
    const value = Number(fields[name]);
    if (value < -1 || value > maximum) {
      throw new CloudError(
        "invalid",
        `Invalid input for field/attribute ${name}. Value: ${value}. It must be from -1 to ${maximum}.`,
      );
    }
    limits[name] = value;
  }
  return limits;
}
