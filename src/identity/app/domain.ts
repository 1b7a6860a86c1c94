import { newHexId } from "#base/ids.ts";
import type { Db } from "#db/index.ts";
import { defaultDomainId, type Domain, type Extra } from "../domain/resources.ts";
import {
  domainDelete as rowDelete,
  domainFind,
  domainInsert,
  domainList as rowList,
  domainListOfUser,
  domainUpdate as rowUpdate,
} from "../store/domains.ts";
import { grantDelete } from "../store/grants.ts";
import { groupList } from "../store/groups.ts";
import { identityProviderList as providerList } from "../store/identity-providers.ts";
import { projectFind, projectList } from "../store/projects.ts";
import { roleDelete, roleList } from "../store/roles.ts";
import { tokenEndOfDomain } from "../store/tokens.ts";
import { userList } from "../store/users.ts";
import type { IdentityCtx } from "./context.ts";
import { conflict, forbidden, notFound } from "./failures.ts";
import { identityProviderErase } from "./federated-user.ts";
import { groupErase } from "./group.ts";
import { refuseImmutableChange, refuseImmutableDelete } from "./immutable.ts";
import { projectErase } from "./project.ts";
import { userErase } from "./user.ts";

export interface DomainChange {
  readonly name?: string | undefined;
  /** `null`: none. */
  readonly description?: string | null | undefined;
  readonly enabled?: boolean | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly immutable?: boolean | undefined;
  readonly extra: Extra;
}

export async function domainFetch(db: Db, id: string): Promise<Domain> {
  const domain = await domainFind(db, id);
  if (!domain) throw notFound("domain", id);
  return domain;
}

export function domainList(
  ctx: IdentityCtx,
  filter: Pick<DomainChange, "name" | "enabled">,
): Promise<Domain[]> {
  return rowList(ctx.deps.database.db, filter);
}

/** Those that the caller can get a token for. */
export function domainListOfCaller(ctx: IdentityCtx): Promise<Domain[]> {
  return domainListOfUser(ctx.deps.database.db, ctx.caller);
}

export async function domainCreate(
  ctx: IdentityCtx,
  input: DomainChange & { readonly name: string; readonly id?: string | undefined },
): Promise<Domain> {
  const { id = newHexId(), name, enabled = true, tags = [], immutable = false, extra } = input;
  const domain = { id, name, description: input.description ?? "", enabled, tags, immutable, extra };
  await ctx.deps.database.transaction(async (tx) => {
    if ((await domainFind(tx, id)) ?? (await projectFind(tx, id)))
      throw conflict("project", `Duplicate entry found with ID ${id}`);
    await refuseTakenName(tx, domain);
    await domainInsert(tx, domain);
  });
  return domain;
}

export async function domainUpdate(ctx: IdentityCtx, id: string, change: DomainChange): Promise<Domain> {
  return ctx.deps.database.transaction(async (tx) => {
    const old = await domainFetch(tx, id);
    refuseImmutableChange("domain", old, change);
    const domain: Domain = {
      id,
      name: change.name ?? old.name,
      description: change.description === undefined ? old.description : (change.description ?? ""),
      enabled: change.enabled ?? old.enabled,
      tags: change.tags ?? old.tags,
      immutable: change.immutable ?? old.immutable,
      extra: { ...old.extra, ...change.extra },
    };
    await refuseTakenName(tx, domain);
    if (!domain.enabled) await tokenEndOfDomain(tx, id);
    await rowUpdate(tx, domain);
    return domain;
  });
}

/** With its users and projects; it must be disabled first (Keystone's guard against an accident). */
export async function domainDelete(ctx: IdentityCtx, id: string): Promise<void> {
  await ctx.deps.database.transaction(async (tx) => {
    const domain = await domainFetch(tx, id);
    refuseImmutableDelete("domain", domain);
    if (id === defaultDomainId)
      throw forbidden("Cannot delete the default domain: every new cloud starts from it.");
    if (domain.enabled) throw forbidden("Cannot delete a domain that is enabled, please disable it first.");
    for (const provider of await providerList(tx, { domainId: id }))
      await identityProviderErase(tx, provider.id);
    for (const user of await userList(tx, { domainId: id })) await userErase(tx, user.id);
    for (const group of await groupList(tx, { domainId: id })) await groupErase(tx, group.id);
    for (const project of await projectList(tx, { domainId: id })) await projectErase(tx, project.id);
    for (const role of await roleList(tx, { domainId: id })) {
      await grantDelete(tx, { roleId: role.id });
      await roleDelete(tx, role.id);
    }
    await grantDelete(tx, { scope: { kind: "domain", id } });
    await rowDelete(tx, id);
  });
}

async function refuseTakenName(db: Db, domain: Domain): Promise<void> {
  const [taken] = await rowList(db, { name: domain.name });
  if (!taken || taken.id === domain.id) return;
  throw conflict("domain", `Duplicate entry found with name ${domain.name}`);
}
