import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { ComputeCtx } from "../../app/deps.ts";
import { flavorCreate as create } from "../../app/flavor.ts";
import { CloudError } from "#base/errors.ts";
import { flavorDescription, isNovaTrue, novaBoolean, printableName } from "../parameter-schemas.ts";
import { flavorDetail } from "./view.ts";

/** Nova takes numbers also as text, as its own client sends them. */
function count(minimum: number) {
  return Type.Union([
    Type.Integer({ minimum, maximum: 0x7fff_ffff }),
    Type.String({ pattern: "^[0-9]{1,10}$" }),
  ]);
}

/** The largest number of single precision. */
const mostRxtx = 3.402_82e38;

const base = {
  name: printableName,
  id: Type.Optional(
    Type.Union([
      Type.String({ minLength: 1, maxLength: 255, pattern: "^(?! )[a-zA-Z0-9. _-]*(?<! )$" }),
      Type.Number(),
      Type.Null(),
    ]),
  ),
  ram: count(1),
  vcpus: count(1),
  disk: count(0),
  "OS-FLV-EXT-DATA:ephemeral": Type.Optional(count(0)),
  swap: Type.Optional(count(0)),
  rxtx_factor: Type.Optional(
    Type.Union([
      Type.Number({ exclusiveMinimum: 0, maximum: mostRxtx }),
      Type.String({ pattern: "^[0-9]+(\\.[0-9]+)?$" }),
    ]),
  ),
  "os-flavor-access:is_public": Type.Optional(novaBoolean),
};
const closed = { additionalProperties: false };
const described = {
  ...base,
  description: Type.Optional(Type.Union([flavorDescription, Type.Null()])),
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
      rxtxFactor: rxtxOf(flavor["rxtx_factor"] ?? 1),
      isPublic: isNovaTrue(isPublic),
      description: (flavor["description"] as string | null | undefined) ?? null,
    });
    return { flavor: flavorDetail(ctx, made) };
  },
});

function rxtxOf(value: unknown): number {
  const factor = Number(value);
  if (factor > 0 && factor <= mostRxtx) return factor;
  throw new CloudError(
    "invalid",
    `Invalid input for field/attribute rxtx_factor. Value: ${String(value)}. It must be above 0 and at most ${mostRxtx}.`,
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
