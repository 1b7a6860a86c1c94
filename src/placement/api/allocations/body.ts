import { Type } from "typebox";
import type { AllocationRequest, ResourcesByProvider } from "../../domain/allocation.ts";
import { normalizeUuid } from "../../domain/names.ts";
import {
  byProviderSchema,
  mappingsSchema,
  ownerIdSchema,
  resourcesSchema,
  strict,
  uuidSchema,
} from "../schemas.ts";

const owner = { project_id: ownerIdSchema, user_id: ownerIdSchema };
const generation = { consumer_generation: Type.Union([Type.Integer(), Type.Null()]) };
const mappings = { mappings: Type.Optional(mappingsSchema) };
const consumerType = {
  consumer_type: Type.String({ pattern: "^[A-Z0-9_]+$", minLength: 1, maxLength: 255 }),
};

const provider = Type.Object({ uuid: uuidSchema }, strict);
const list = Type.Array(Type.Object({ resource_provider: provider, resources: resourcesSchema }, strict), {
  minItems: 1,
});

/** A consumer may be left with nothing where its generation is given, or in a POST. */
const [some, any] = [{ allocations: byProviderSchema(1) }, { allocations: byProviderSchema(0) }];

const at128 = Type.Object({ ...any, ...owner, ...generation }, strict);
const at134 = Type.Object({ ...any, ...owner, ...generation, ...mappings }, strict);
const at138 = Type.Object({ ...any, ...owner, ...generation, ...mappings, ...consumerType }, strict);

/** PUT /allocations/{consumer_uuid}, by microversion (placement/schemas/allocation.py). */
export const consumerSchemas = [
  { from: "1.0", schema: Type.Object({ allocations: list }, strict) },
  { from: "1.8", schema: Type.Object({ allocations: list, ...owner }, strict) },
  { from: "1.12", schema: Type.Object({ ...some, ...owner }, strict) },
  { from: "1.28", schema: at128 },
  { from: "1.34", schema: at134 },
  { from: "1.38", schema: at138 },
] as const;

/** One consumer of a POST /allocations, by microversion. */
export const consumerOfManySchemas = [
  { from: "1.13", schema: Type.Object({ ...any, ...owner }, strict) },
  { from: "1.28", schema: at128 },
  { from: "1.34", schema: at134 },
  { from: "1.38", schema: at138 },
] as const;

interface Claim {
  readonly resources: Readonly<Record<string, number>>;
}

/** What the schemas have in common. */
export interface ConsumerBody {
  readonly allocations:
    | Readonly<Record<string, Claim>>
    | readonly (Claim & { readonly resource_provider: { readonly uuid: string } })[];
  readonly project_id?: string;
  readonly user_id?: string;
  readonly consumer_generation?: number | null;
  readonly consumer_type?: string;
}

export function allocationRequest(consumerUuid: string, body: ConsumerBody): AllocationRequest {
  return {
    consumerUuid,
    projectId: body.project_id,
    userId: body.user_id,
    consumerGeneration: body.consumer_generation,
    consumerType: body.consumer_type,
    resources: resourcesOf(body.allocations),
  };
}

/** By consumer; one that is written in two ways is one, and the later counts. */
export function allocationRequests(consumers: Readonly<Record<string, ConsumerBody>>): AllocationRequest[] {
  const requests = new Map<string, AllocationRequest>();
  for (const [text, each] of Object.entries(consumers)) {
    const uuid = normalizeUuid(text) ?? text;
    requests.set(uuid, allocationRequest(uuid, each));
  }
  return [...requests.values()];
}

function resourcesOf(allocations: ConsumerBody["allocations"]): ResourcesByProvider {
  const pairs: readonly (readonly [string, Claim])[] = Array.isArray(allocations)
    ? allocations.map((each) => [each.resource_provider.uuid, each] as const)
    : Object.entries(allocations);
  return Object.fromEntries(pairs.map(([uuid, { resources }]) => [normalizeUuid(uuid) ?? uuid, resources]));
}
