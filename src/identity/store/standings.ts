import { prepared, type Db } from "#db/index.ts";
import { multiFactorRules } from "../domain/multi-factor.ts";
import type { UserOptions } from "../domain/resources.ts";
import type { Standing } from "../domain/token-state.ts";
import type { NamedRef, TokenScope } from "../domain/token.ts";
import { roleListEffective } from "./assignments.ts";
import { serviceProviderRefs } from "./service-providers.ts";

/** What decides, today, whether this user may have a token for this scope; undefined when there is no such user. */
export async function standingFind(db: Db, userId: string, scope: TokenScope): Promise<Standing | undefined> {
  const [row] = await standingRows(db, {
    userId,
    projectId: scope.kind === "project" ? scope.id : "",
    domainId: scope.kind === "domain" ? scope.id : "",
  });
  if (!row) return undefined;
  return {
    user: { id: row.user_id, name: row.user_name, enabled: row.user_enabled !== 0 },
    userDomain: {
      id: row.user_domain_id,
      name: row.user_domain_name,
      enabled: row.user_domain_enabled !== 0,
    },
    multiFactorRules: multiFactorRules(JSON.parse(row.user_options) as UserOptions),
    defaultProjectId: row.default_project_id ?? undefined,
    project: optionalRef(row.project_id, row.project_name, row.project_enabled),
    scopeDomain: optionalRef(row.scope_domain_id, row.scope_domain_name, row.scope_domain_enabled),
    stamp: [
      row.user_stamp,
      row.user_domain_stamp,
      row.project_stamp ?? "",
      row.scope_domain_stamp ?? "",
    ].join("."),
    // Most clouds have none, and then nothing more is asked.
    serviceProviders: Number(row.service_providers) > 0 ? await serviceProviderRefs(db) : [],
    roles: scope.kind === "unscoped" ? [] : await roleListEffective(db, userId, scope),
  };
}

interface Whose {
  readonly userId: string;
  /** Neither exists with an empty id. */
  readonly projectId: string;
  readonly domainId: string;
}

const standingRows = prepared(
  (db: Db, { userId, projectId, domainId }: Readonly<Record<keyof Whose, string>>) =>
    db
      .selectFrom("identity_users as user")
      .innerJoin("identity_domains as user_domain", "user_domain.id", "user.domain_id")
      .leftJoin("identity_projects as project", (join) => join.on("project.id", "=", projectId))
      .leftJoin("identity_domains as scope_domain", (join) =>
        join.on("scope_domain.id", "=", (value) =>
          value.fn.coalesce("project.domain_id", value.val(domainId)),
        ),
      )
      .select(["user.id as user_id", "user.name as user_name", "user.enabled as user_enabled"])
      .select(["user.options as user_options", "user.default_project_id"])
      .select("user_domain.id as user_domain_id")
      .select(["user_domain.name as user_domain_name", "user_domain.enabled as user_domain_enabled"])
      .select([
        "project.id as project_id",
        "project.name as project_name",
        "project.enabled as project_enabled",
      ])
      .select(["scope_domain.id as scope_domain_id", "scope_domain.name as scope_domain_name"])
      .select("scope_domain.enabled as scope_domain_enabled")
      .select(["user.token_stamp as user_stamp", "user_domain.token_stamp as user_domain_stamp"])
      .select(["project.token_stamp as project_stamp", "scope_domain.token_stamp as scope_domain_stamp"])
      .select((row) =>
        row
          .selectFrom("identity_service_providers as sp")
          .select((count) => count.fn.countAll().as("n"))
          .where("sp.enabled", "=", 1)
          .as("service_providers"),
      )
      .where("user.id", "=", userId),
);

function optionalRef(
  id: string | null,
  name: string | null,
  enabled: number | null,
): (NamedRef & { enabled: boolean }) | undefined {
  return id === null || name === null ? undefined : { id, name, enabled: enabled !== 0 };
}
