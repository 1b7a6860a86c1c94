import { Type } from "typebox";
import { CloudError } from "#base/errors.ts";
import { operation, Reply } from "#http/index.ts";
import type { ComputeCtx, ComputeDeps } from "../../app/deps.ts";
import {
  flavorExtraSpecFetch,
  flavorExtraSpecRemove,
  flavorExtraSpecsSet,
  flavorFetch,
} from "../../app/flavor.ts";

const closed = { additionalProperties: false };
const value = Type.Union([Type.String({ maxLength: 255 }), Type.Number()]);
const specs = Type.Record(Type.String({ pattern: "^[a-zA-Z0-9-_:. ]{1,255}$" }), value, closed);

/** GET /flavors/{id}/os-extra_specs */
export const extraSpecList = operation<ComputeDeps>({
  handle: async (ctx, { params }) => ({
    extra_specs: (await flavorFetch(ctx, params["id"] ?? "")).extraSpecs,
  }),
});

/** GET /flavors/{id}/os-extra_specs/{key} */
export const extraSpecShow = operation<ComputeDeps>({
  handle: async (ctx, { params }) => {
    const key = params["key"] ?? "";
    return { [key]: await flavorExtraSpecFetch(ctx, params["id"] ?? "", key) };
  },
});

/** POST /flavors/{id}/os-extra_specs */
export const extraSpecCreate = operation({
  body: Type.Object({ extra_specs: specs }, closed),
  handle: async (ctx: ComputeCtx, { params, body }) => {
    const wanted = textOf(body.extra_specs);
    await flavorExtraSpecsSet(ctx, params["id"] ?? "", wanted);
    return { extra_specs: wanted };
  },
});

/** PUT /flavors/{id}/os-extra_specs/{key} */
export const extraSpecUpdate = operation({
  body: specs,
  handle: async (ctx: ComputeCtx, { params, body }) => {
    const key = params["key"] ?? "";
    const wanted = textOf(body);
    if (Object.keys(wanted).length !== 1 || wanted[key] === undefined) {
      throw new CloudError(
        "invalid",
        `Request body and URI mismatch: the body must have the one key ${key}.`,
      );
    }
    await flavorExtraSpecsSet(ctx, params["id"] ?? "", wanted);
    return wanted;
  },
});

/** DELETE /flavors/{id}/os-extra_specs/{key} */
export const extraSpecDelete = operation<ComputeDeps>({
  handle: async (ctx, { params }) => {
    await flavorExtraSpecRemove(ctx, params["id"] ?? "", params["key"] ?? "");
    return new Reply(200);
  },
});

function textOf(values: Readonly<Record<string, string | number>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([key, entry]) => [key, String(entry)]));
}
