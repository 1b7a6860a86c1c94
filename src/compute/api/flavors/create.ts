import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { ComputeCtx } from "../../app/deps.ts";
import { flavorCreate as create } from "../../app/flavor.ts";
import { CloudError } from "#base/errors.ts";
import { booleanOf } from "../paging.ts";
import { flavorDetail } from "./view.ts";

/** Nova takes numbers also as text, as its own client sends them. */
function count(minimum: number) {
  return Type.Union([
    Type.Integer({ minimum, maximum: 0x7fff_ffff }),
    Type.String({ pattern: "^[0-9]{1,10}$" }),
  ]);
}

const base = {
  name: Type.String({ minLength: 1, maxLength: 255, pattern: "^(?! ).*\\S$" }),
  id: Type.Optional(
    Type.Union([
      Type.String({ minLength: 1, maxLength: 255, pattern: "^(?! )[a-zA-Z0-9. _-]*(?<! )$" }),
      Type.Integer(),
      Type.Null(),
    ]),
  ),
  ram: count(1),
  vcpus: count(1),
  disk: count(0),
  "OS-FLV-EXT-DATA:ephemeral": Type.Optional(count(0)),
  swap: Type.Optional(count(0)),
  rxtx_factor: Type.Optional(
    Type.Union([Type.Number({ exclusiveMinimum: 0 }), Type.String({ pattern: "^[0-9]+(\\.[0-9]+)?$" })]),
  ),
  "os-flavor-access:is_public": Type.Optional(Type.Union([Type.Boolean(), Type.String()])),
};
const closed = { additionalProperties: false };
const described = {
  ...base,
  description: Type.Optional(Type.Union([Type.String({ maxLength: 65_535 }), Type.Null()])),
};

/** POST /flavors */
export const flavorCreate = operation({
  body: [
    { from: "2.1", schema: Type.Object({ flavor: Type.Object(base, closed) }, closed) },
    { from: "2.55", schema: Type.Object({ flavor: Type.Object(described, closed) }, closed) },
  ],
  handle: async (ctx: ComputeCtx, { body }) => {
    const flavor: Record<string, unknown> & { name: string } = body.flavor;
    const isPublic = (flavor["os-flavor-access:is_public"] ?? true) as boolean | string;
    const id = (flavor["id"] ?? undefined) as string | number | undefined;
    const made = await create(ctx, {
      id: id === undefined ? undefined : String(id),
      name: flavor.name,
      memoryMiB: numberOf(flavor, "ram", 1),
      vcpus: numberOf(flavor, "vcpus", 1),
      rootGiB: numberOf(flavor, "disk", 0),
      ephemeralGiB: numberOf(flavor, "OS-FLV-EXT-DATA:ephemeral", 0),
      swapMiB: numberOf(flavor, "swap", 0),
      rxtxFactor: Number(flavor["rxtx_factor"] ?? 1),
      isPublic: publicOf(isPublic),
      description: (flavor["description"] as string | null | undefined) ?? null,
    });
    return { flavor: flavorDetail(ctx, made) };
  },
});

function publicOf(value: boolean | string): boolean {
  const wanted = typeof value === "boolean" || value === "" ? value : booleanOf(value);
  if (typeof wanted === "boolean") return wanted;
  throw new CloudError(
    "invalid",
    `Invalid input for field/attribute os-flavor-access:is_public. Value: ${value}. It must be a boolean.`,
  );
}

/** Text passes the schema's pattern, but not its bounds. */
function numberOf(flavor: Readonly<Record<string, unknown>>, name: string, minimum: number): number {
  const value = Number(flavor[name] ?? minimum);
  if (value >= minimum && value <= 0x7fff_ffff) return value;
  throw new CloudError(
    "invalid",
    `Invalid input for field/attribute ${name}. Value: ${value}. It must be from ${minimum} to 2147483647.`,
  );
}
