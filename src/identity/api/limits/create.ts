import { Type, type Static } from "typebox";
import { CloudError } from "#base/errors.ts";
import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { limitsCreate as create, type LimitInput } from "../../app/limit.ts";
import { nameSchema, nullable } from "../input.ts";
import { closed, limitValue, regionIdSchema } from "../registered-limits/schema.ts";
import { limitView } from "./view.ts";

const limitSchema = Type.Object(
  {
    service_id: Type.String(),
    region_id: Type.Optional(regionIdSchema),
    resource_name: nameSchema(255),
    resource_limit: limitValue,
    description: Type.Optional(nullable(Type.String())),
    project_id: Type.Optional(nullable(Type.String())),
    domain_id: Type.Optional(nullable(Type.String())),
  },
  closed,
);

export const limitsCreate = operation({
  body: Type.Object({ limits: Type.Array(limitSchema, { minItems: 1 }) }, closed),
  status: 201,
  handle: async (ctx: IdentityCtx, { body }) => {
    const made = await create(ctx, body.limits.map(inputOf));
    return { limits: made.map((limit) => limitView(ctx, limit)) };
  },
});

function inputOf(body: Static<typeof limitSchema>): LimitInput {
  const [projectId, domainId] = [body.project_id ?? undefined, body.domain_id ?? undefined];
  if ((projectId === undefined) === (domainId === undefined))
    throw new CloudError(
      "invalid",
      "A limit is of a project or of a domain: name one of project_id and domain_id.",
    );
  return {
    serviceId: body.service_id,
    regionId: body.region_id ?? undefined,
    resourceName: body.resource_name,
    resourceLimit: body.resource_limit,
    description: body.description ?? undefined,
    projectId,
    domainId,
  };
}
