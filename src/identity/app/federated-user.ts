import { CloudError } from "#base/errors.ts";
import { newHexId } from "#base/ids.ts";
import type { Tx } from "#db/index.ts";
import type { FederatedUser, FederationProtocol, IdentityProvider } from "../domain/federation.ts";
import type { Mapped } from "../domain/mapping-evaluate.ts";
import type { MappingDomain, MappingProject } from "../domain/mapping.ts";
import type { Project, User } from "../domain/resources.ts";
import { federatedUserInsert, federatedUserList } from "../store/federated-users.ts";
import { grantEnsure, grantExists } from "../store/grants.ts";
import { identityProviderDelete } from "../store/identity-providers.ts";
import { projectInsert, projectList } from "../store/projects.ts";
import { roleList } from "../store/roles.ts";
import { userFind, userInsert, userList, userUpdate } from "../store/users.ts";
import type { IdentityCtx } from "./context.ts";
import { conflict, notFound, unauthenticated } from "./failures.ts";
import { domainResolve } from "./sign-in.ts";
import { userErase } from "./user.ts";

/** Of a user's name, as in the API. */
const longestName = 255;

/**
 * The user whom the provider knows by this name, made at their first sign-in, with the roles on projects that the mapping gives.
 * Writes only what is not so yet. Throws `unauthenticated` for a mapping that names nobody, `already-exists` when another user
 * of the domain has the name, `not-found` for a role that is not there.
 */
export async function shadowUserEnsure(
  ctx: IdentityCtx,
  way: { readonly provider: IdentityProvider; readonly protocol: FederationProtocol },
  { user: mapped, projects }: Mapped,
): Promise<User> {
  // An empty one is none: it would be everybody's.
  const [id, ownName] = [mapped.id, mapped.name].map((text) => (text === "" ? undefined : text));
  const name = ownName ?? id;
  if (name === undefined || name.length > longestName)
    throw unauthenticated(ctx, "the mapping gives the user no name, or one that is too long");
  const given = {
    uniqueId: uniqueIdOf(id ?? name),
    name,
    email: mapped.email,
    domain: mapped.domain,
  };
  return ctx.deps.database.transaction(async (tx) => {
    const user = await userEnsure(tx, way, given);
    for (const project of projects) await projectEnsure(tx, { user, provider: way.provider }, project);
    return user;
  });
}

interface Given {
  readonly uniqueId: string;
  readonly name: string;
  readonly email: string | undefined;
  readonly domain: MappingDomain | undefined;
}

async function userEnsure(
  tx: Tx,
  { provider, protocol }: Parameters<typeof shadowUserEnsure>[1],
  { uniqueId, name, email, domain }: Given,
): Promise<User> {
  const key = { providerId: provider.id, protocolId: protocol.id, uniqueId };
  const [known] = await federatedUserList(tx, key);
  const old = known && (await userFind(tx, known.userId));
  const extra = { ...old?.extra, ...(email === undefined ? {} : { email }) };
  if (old && old.name === name && old.extra["email"] === extra["email"]) return old;
  if (old) {
    const changed = { ...old, name, extra };
    await refuseTakenName(tx, changed);
    await userUpdate(tx, changed);
    return changed;
  }
  const domainId = await domainIdOf(tx, domain, provider);
  const id = newHexId();
  const fresh = { defaultProjectId: undefined, passwordHash: undefined, options: {} };
  const user = { ...fresh, id, domainId, name, enabled: true, extra };
  await refuseTakenName(tx, user);
  await userInsert(tx, user);
  await federatedUserInsert(tx, { ...key, userId: id });
  return user;
}

/** Here a name is one user's in a domain, whoever vouched for them: nobody becomes another by it. */
async function refuseTakenName(tx: Tx, { id, name, domainId }: User): Promise<void> {
  const [taken] = await userList(tx, { name, domainId });
  if (taken && taken.id !== id)
    throw conflict("user", `Duplicate entry found with name ${name} at domain ID ${domainId}`);
}

async function projectEnsure(
  tx: Tx,
  { user, provider }: { readonly user: User; readonly provider: IdentityProvider },
  { name, roles, domain }: MappingProject,
): Promise<void> {
  const domainId = await domainIdOf(tx, domain, provider);
  const [found] = await projectList(tx, { name, domainId });
  const project = found ?? (await projectMake(tx, { name, domainId }));
  for (const { name: roleName } of roles) {
    const [role] = [
      ...(await roleList(tx, { name: roleName })),
      ...(await roleList(tx, { name: roleName, domainId: user.domainId })),
    ];
    if (!role) throw notFound("role", roleName);
    const grant = {
      actor: { kind: "user", id: user.id },
      scope: { kind: "project", id: project.id },
      roleId: role.id,
      inherited: false,
    } as const;
    if (!(await grantExists(tx, grant))) await grantEnsure(tx, grant);
  }
}

async function projectMake(tx: Tx, { name, domainId }: Pick<Project, "name" | "domainId">): Promise<Project> {
  const fresh = { description: "", enabled: true, tags: [], extra: {}, immutable: false };
  const project = { ...fresh, id: newHexId(), domainId, parentId: domainId, name };
  await projectInsert(tx, project);
  return project;
}

async function domainIdOf(
  tx: Tx,
  ref: MappingDomain | undefined,
  provider: IdentityProvider,
): Promise<string> {
  if (!ref) return provider.domainId;
  const domain = await domainResolve(tx, ref);
  if (domain) return domain.id;
  throw new CloudError("not-found", `Could not find domain: ${ref.id ?? ref.name ?? ""}.`);
}

/** As Python's `urllib.parse.quote` makes it: what Keystone keeps, and shows. */
function uniqueIdOf(text: string): string {
  return encodeURIComponent(text)
    .replaceAll("%2F", "/")
    .replace(/[!'()*]/gu, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}

/**
 * Keystone: with a provider, or one of its protocols, go the users whom nobody else vouched for. Who has a password
 * stays.
 */
export async function federatedUsersErase(
  tx: Tx,
  way: { readonly providerId: string; readonly protocolId?: string },
): Promise<void> {
  for (const { userId } of await federatedUserList(tx, way)) {
    const others = (await federatedUserList(tx, { userId })).filter(
      ({ providerId, protocolId }) =>
        providerId !== way.providerId || (way.protocolId !== undefined && protocolId !== way.protocolId),
    );
    const user = await userFind(tx, userId);
    if (user && user.passwordHash === undefined && others.length === 0) await userErase(tx, userId);
  }
}

/** With its protocols. */
export async function identityProviderErase(tx: Tx, id: string): Promise<void> {
  await federatedUsersErase(tx, { providerId: id });
  await identityProviderDelete(tx, id);
}

export function federatedUserListOf(ctx: IdentityCtx, userId: string): Promise<FederatedUser[]> {
  return federatedUserList(ctx.deps.database.db, { userId });
}
