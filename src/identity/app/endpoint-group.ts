import { newHexId } from "#base/ids.ts";
import type { Db } from "#db/index.ts";
import { isInEndpointGroup, type Endpoint, type EndpointGroup } from "../domain/catalog.ts";
import { endpointFilterDelete } from "../store/endpoint-filters.ts";
import {
  endpointGroupDelete as rowDelete,
  endpointGroupFind,
  endpointGroupInsert,
  endpointGroupList as rowList,
  endpointGroupUpdate as rowUpdate,
} from "../store/endpoint-groups.ts";
import { endpointList } from "../store/endpoints.ts";
import type { IdentityCtx } from "./context.ts";
import { notFound } from "./failures.ts";

export type EndpointGroupChange = {
  readonly [Key in keyof Omit<EndpointGroup, "id">]?: EndpointGroup[Key] | undefined;
};

export async function endpointGroupFetch(db: Db, id: string): Promise<EndpointGroup> {
  const group = await endpointGroupFind(db, id);
  if (!group) throw notFound("Endpoint Group", id);
  return group;
}

export function endpointGroupList(
  ctx: IdentityCtx,
  filter: { readonly name?: string | undefined },
): Promise<EndpointGroup[]> {
  return rowList(ctx.deps.database.db, filter);
}

export async function endpointGroupCreate(
  ctx: IdentityCtx,
  input: Omit<EndpointGroup, "id">,
): Promise<EndpointGroup> {
  const group = { id: newHexId(), ...input };
  await ctx.deps.database.transaction((tx) => endpointGroupInsert(tx, group));
  return group;
}

export async function endpointGroupUpdate(
  ctx: IdentityCtx,
  id: string,
  change: EndpointGroupChange,
): Promise<EndpointGroup> {
  return ctx.deps.database.transaction(async (tx) => {
    const old = await endpointGroupFetch(tx, id);
    const group: EndpointGroup = {
      id,
      name: change.name ?? old.name,
      description: change.description ?? old.description,
      filters: change.filters ?? old.filters,
    };
    await rowUpdate(tx, group);
    return group;
  });
}

export async function endpointGroupDelete(ctx: IdentityCtx, id: string): Promise<void> {
  await ctx.deps.database.transaction(async (tx) => {
    await endpointGroupFetch(tx, id);
    await endpointFilterDelete(tx, { kind: "group", targetId: id });
    await rowDelete(tx, id);
  });
}

/** The endpoints that are in the group now. */
export async function endpointGroupMembers(ctx: IdentityCtx, id: string): Promise<Endpoint[]> {
  const { db } = ctx.deps.database;
  const group = await endpointGroupFetch(db, id);
  return (await endpointList(db)).filter((endpoint) => isInEndpointGroup(endpoint, group));
}
