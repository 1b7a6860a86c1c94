import { isoMicroseconds } from "#base/clock.ts";
import { atLeast } from "#http/index.ts";
import type { ComputeCtx } from "../../app/deps.ts";
import type { Aggregate } from "../../store/aggregates.ts";

/** What creating answers: neither hosts nor metadata, which are empty then. */
export function aggregateSummary(ctx: ComputeCtx, aggregate: Aggregate): object {
  return {
    id: aggregate.id,
    ...(atLeast(ctx, "2.41") ? { uuid: aggregate.uuid } : {}),
    name: aggregate.name,
    availability_zone: aggregate.zone ?? null,
    created_at: isoMicroseconds(aggregate.createdAt),
    updated_at: aggregate.updatedAt === undefined ? null : isoMicroseconds(aggregate.updatedAt),
    deleted: false,
    deleted_at: null,
  };
}

export function aggregateDetail(ctx: ComputeCtx, aggregate: Aggregate): object {
  const zone = aggregate.zone === undefined ? {} : { availability_zone: aggregate.zone };
  return {
    ...aggregateSummary(ctx, aggregate),
    hosts: aggregate.hosts.map(({ hostname }) => hostname),
    metadata: { ...aggregate.metadata, ...zone },
  };
}
