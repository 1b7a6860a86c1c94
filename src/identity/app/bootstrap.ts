import { newHexId } from "#base/ids.ts";
import type { Secret } from "#base/secret.ts";
import type { Db, Tx } from "#db/index.ts";
import type { AssignmentScope } from "../domain/assignment.ts";
import type { CatalogService } from "../domain/catalog.ts";
import { passwordHash } from "../domain/password.ts";
import { defaultDomainId } from "../domain/resources.ts";
import { grantEnsure } from "../store/grants.ts";
import { domainFind, domainInsert } from "../store/domains.ts";
import { projectInsert, projectList } from "../store/projects.ts";
import { implicationEnsure, roleInsert, roleList } from "../store/roles.ts";
import { userInsert, userList } from "../store/users.ts";
import { catalogSeed } from "./catalog-seed.ts";
import type { IdentityDeps } from "./context.ts";

export interface BootstrapInput {
  readonly adminPassword: Secret<string>;
  readonly demoPassword: Secret<string>;
  /** Given to the catalogue once: what is changed or deleted there later stays so. */
  readonly catalog: readonly CatalogService[];
  /** Whether the compute service's user gets the role `service`, by which other services know a service token. */
  readonly sendsServiceToken?: boolean;
}

/** Nova's user, as every OpenStack has it. Without a password nobody signs in as it. */
export const serviceUserName = "nova";

/**
 * What `keystone-manage bootstrap` makes: domain, roles, administrator; and for a first try a user `demo`.
 * At every start the administrator's part is made whole again; the demo part is made with a new cloud only,
 * so that it stays away once it was deleted. The compute service has a user of its own in project `service`. A user who exists keeps their password.
 * True when the cloud is new.
 */
export async function bootstrap(
  deps: Pick<IdentityDeps, "database" | "passwordCost">,
  input: BootstrapInput,
): Promise<boolean> {
  const { db } = deps.database;
  const [admin] = await userList(db, { name: "admin", domainId: defaultDomainId });
  const adminHash = admin ? undefined : await passwordHash(input.adminPassword, deps.passwordCost);
  const demoHash = (await cloudIsNew(db))
    ? await passwordHash(input.demoPassword, deps.passwordCost)
    : undefined;
  return deps.database.transaction(async (tx) => {
    const fresh = await domainEnsure(tx);
    await catalogSeed(tx, input.catalog);
    const roles = await rolesEnsure(tx);
    const adminProjectId = await projectEnsure(tx, "admin", "Project of the administrator");
    const adminId = await userEnsure(tx, "admin", adminHash, adminProjectId);
    await userGrant(tx, adminId, roles.admin, { kind: "project", id: adminProjectId });
    await userGrant(tx, adminId, roles.admin, { kind: "system" });
    const serviceProjectId = await projectEnsure(tx, "service", "Project of the cloud's own services");
    const serviceUserId = await userEnsure(tx, serviceUserName, undefined, serviceProjectId);
    await userGrant(tx, serviceUserId, roles.member, { kind: "project", id: serviceProjectId });
    if (input.sendsServiceToken === true)
      await userGrant(tx, serviceUserId, roles.service, { kind: "project", id: serviceProjectId });
    if (!fresh) return false;
    const demoProjectId = await projectEnsure(tx, "demo", "Project to try things in");
    const demoId = await userEnsure(tx, "demo", demoHash, demoProjectId);
    await userGrant(tx, demoId, roles.member, { kind: "project", id: demoProjectId });
    return true;
  });
}

/** Whether `bootstrap` has never run. */
export async function cloudIsNew(db: Db | Tx): Promise<boolean> {
  return (await domainFind(db, defaultDomainId)) === undefined;
}

/** True when it was made now. */
async function domainEnsure(tx: Tx): Promise<boolean> {
  if (!(await cloudIsNew(tx))) return false;
  await domainInsert(tx, {
    id: defaultDomainId,
    name: "Default",
    description: "The default domain",
    enabled: true,
    tags: [],
    extra: {},
    immutable: false,
  });
  return true;
}

/** An administrator is a manager, a manager is a member, a member is a reader. */
async function rolesEnsure(tx: Tx): Promise<{ admin: string; member: string; service: string }> {
  const [admin, manager, member, reader] = [
    await roleEnsure(tx, "admin"),
    await roleEnsure(tx, "manager"),
    await roleEnsure(tx, "member"),
    await roleEnsure(tx, "reader"),
  ];
  await implicationEnsure(tx, admin, manager);
  await implicationEnsure(tx, manager, member);
  await implicationEnsure(tx, member, reader);
  return { admin, member, service: await roleEnsure(tx, "service") };
}

async function roleEnsure(tx: Tx, name: string): Promise<string> {
  const [found] = await roleList(tx, { name });
  if (found) return found.id;
  const id = newHexId();
  await roleInsert(tx, { id, name, domainId: undefined, description: undefined, immutable: true, extra: {} });
  return id;
}

async function projectEnsure(tx: Tx, name: string, description: string): Promise<string> {
  const [found] = await projectList(tx, { name, domainId: defaultDomainId });
  if (found) return found.id;
  const place = { domainId: defaultDomainId, parentId: defaultDomainId };
  const id = newHexId();
  await projectInsert(tx, {
    id,
    ...place,
    name,
    description,
    enabled: true,
    tags: [],
    extra: {},
    immutable: false,
  });
  return id;
}

async function userEnsure(
  tx: Tx,
  name: string,
  hash: string | undefined,
  defaultProjectId: string,
): Promise<string> {
  const [found] = await userList(tx, { name, domainId: defaultDomainId });
  if (found) return found.id;
  const id = newHexId();
  const place = { domainId: defaultDomainId, defaultProjectId };
  await userInsert(tx, { id, name, ...place, enabled: true, passwordHash: hash, options: {}, extra: {} });
  return id;
}

async function userGrant(tx: Tx, userId: string, roleId: string, scope: AssignmentScope): Promise<void> {
  await grantEnsure(tx, { actor: { kind: "user", id: userId }, roleId, scope, inherited: false });
}
