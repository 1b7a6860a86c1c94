import type { Db, Tx } from "#db/index.ts";
import type { Extra, Project } from "../domain/resources.ts";
import { withGrantsOf, type Grantee } from "./grants.ts";
import type { TokenStampColumn } from "./token-stamp-column.ts";

interface ProjectRow {
  id: string;
  domain_id: string;
  parent_id: string;
  name: string;
  description: string;
  enabled: number;
  /** JSON array. */
  tags: string;
  /** JSON object. */
  extra: string;
  immutable: number;
}

declare module "#db/tables.ts" {
  interface Tables {
    identity_projects: ProjectRow & TokenStampColumn;
  }
}

export interface ProjectFilter {
  readonly name?: string | undefined;
  readonly domainId?: string | undefined;
  readonly parentId?: string | undefined;
  readonly enabled?: boolean | undefined;
}

export async function projectFind(db: Db, id: string): Promise<Project | undefined> {
  const row = await db.selectFrom("identity_projects").selectAll().where("id", "=", id).executeTakeFirst();
  return row && fromRow(row);
}

export async function projectList(db: Db, filter: ProjectFilter = {}): Promise<Project[]> {
  let query = db.selectFrom("identity_projects").selectAll().orderBy("name").orderBy("id");
  if (filter.name !== undefined) query = query.where("name", "=", filter.name);
  if (filter.domainId !== undefined) query = query.where("domain_id", "=", filter.domainId);
  if (filter.parentId !== undefined) query = query.where("parent_id", "=", filter.parentId);
  if (filter.enabled !== undefined) query = query.where("enabled", "=", Number(filter.enabled));
  return (await query.execute()).map(fromRow);
}

/** The projects on which the user has a role. */
export async function projectListOfUser(
  db: Db,
  grantee: Grantee,
  filter: ProjectFilter = {},
): Promise<Project[]> {
  let query = withGrantsOf(db, grantee)
    .withRecursive("below(id)", (cte) =>
      cte
        .selectFrom("identity_projects as project")
        .innerJoin("own", "own.scope_id", "project.parent_id")
        .select("project.id as id")
        .where("own.inherited", "=", 1)
        .union(
          cte
            .selectFrom("identity_projects as child")
            .innerJoin("below", "below.id", "child.parent_id")
            .select("child.id as id"),
        ),
    )
    .selectFrom("identity_projects")
    .selectAll()
    .where((row) =>
      row.or([
        row(
          "id",
          "in",
          row
            .selectFrom("own")
            .select("own.scope_id")
            .where("own.scope_kind", "=", "project")
            .where("own.inherited", "=", 0),
        ),
        row("id", "in", row.selectFrom("below").select("below.id")),
      ]),
    )
    .orderBy("name")
    .orderBy("id");
  if (filter.name !== undefined) query = query.where("name", "=", filter.name);
  if (filter.domainId !== undefined) query = query.where("domain_id", "=", filter.domainId);
  if (filter.enabled !== undefined) query = query.where("enabled", "=", Number(filter.enabled));
  return (await query.execute()).map(fromRow);
}

export async function projectInsert(tx: Tx, project: Project): Promise<void> {
  await tx.insertInto("identity_projects").values(toRow(project)).execute();
}

export async function projectUpdate(tx: Tx, project: Project): Promise<void> {
  const { id, ...changed } = toRow(project);
  await tx.updateTable("identity_projects").set(changed).where("id", "=", id).execute();
}

export async function projectDelete(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom("identity_projects").where("id", "=", id).execute();
}

function fromRow(row: ProjectRow): Project {
  return {
    id: row.id,
    domainId: row.domain_id,
    parentId: row.parent_id,
    name: row.name,
    description: row.description,
    enabled: row.enabled !== 0,
    tags: JSON.parse(row.tags) as string[],
    extra: JSON.parse(row.extra) as Extra,
    immutable: row.immutable !== 0,
  };
}

function toRow(project: Project): ProjectRow {
  return {
    id: project.id,
    domain_id: project.domainId,
    parent_id: project.parentId,
    name: project.name,
    description: project.description,
    enabled: Number(project.enabled),
    tags: JSON.stringify(project.tags),
    extra: JSON.stringify(project.extra),
    immutable: Number(project.immutable),
  };
}
