import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { ComputeCtx } from "../../app/deps.ts";
import { serverGroupCreate as create } from "../../app/server-group.ts";
import { printableName } from "../parameter-schemas.ts";
import { serverGroupView } from "./view.ts";

const closed = { additionalProperties: false };
const hard = Type.Union([Type.Literal("anti-affinity"), Type.Literal("affinity")]);
const any = Type.Union([hard, Type.Literal("soft-anti-affinity"), Type.Literal("soft-affinity")]);
const rules = Type.Optional(
  Type.Object(
    {
      max_server_per_host: Type.Optional(
        Type.Union([Type.Integer({ minimum: 1 }), Type.String({ pattern: "^0*[1-9][0-9]{0,9}$" })]),
      ),
    },
    closed,
  ),
);

function body(fields: Parameters<typeof Type.Object>[0]) {
  return Type.Object({ server_group: Type.Object({ name: printableName, ...fields }, closed) }, closed);
}

function one(policy: typeof hard | typeof any) {
  return { policies: Type.Array(policy, { minItems: 1, maxItems: 1 }) };
}

/** POST /os-server-groups; a list of one policy before 2.64, the policy and its rules from then on. */
export const serverGroupCreate = operation({
  body: [
    { from: "2.1", schema: body(one(hard)) },
    { from: "2.15", schema: body(one(any)) },
    { from: "2.64", schema: body({ policy: any, rules }) },
  ],
  handle: async (ctx: ComputeCtx, input) => {
    const asked: {
      readonly name: string;
      readonly policy?: string;
      readonly policies?: readonly string[];
      readonly rules?: { readonly max_server_per_host?: number | string };
    } = input.body.server_group;
    const most = asked.rules?.max_server_per_host;
    const group = await create(ctx, {
      name: asked.name,
      policy: asked.policy ?? asked.policies?.[0] ?? "",
      rules: most === undefined ? {} : { max_server_per_host: Number(most) },
    });
    return { server_group: serverGroupView(ctx, group, []) };
  },
});
