import { CloudError } from "#base/errors.ts";
import { atLeast, operation } from "#http/index.ts";
import type { ComputeCtx, ComputeDeps } from "../../app/deps.ts";
import { hostsById } from "../../app/host.ts";
import { serverMigrationsVisible } from "../../app/server-migrations.ts";
import type { ServerMigration } from "../../domain/server-migration.ts";
import { nextLinks } from "../links.ts";
import { pageOf, queryText, type Query } from "../paging.ts";
import { queryCheck, querySingleCheck } from "../query-check.ts";
import type { HostsById } from "../servers/view.ts";
import { timeOf } from "../times.ts";
import { migrationView } from "./view.ts";

const filters = ["hidden", "host", "instance_uuid", "source_compute", "status", "migration_type"];

/** GET /os-migrations: newest first; pages since 2.59 */
export const migrationList = operation<ComputeDeps>({
  handle: async (ctx, { query }) => {
    queryCheck(ctx, query, namesKnown(ctx), "2.59");
    querySingleCheck(ctx, query, "2.59");
    const hosts = await hostsById(ctx);
    const matches = testOf(ctx, query, hosts);
    const projectId = queryText(query, "project_id");
    const all = (await serverMigrationsVisible(ctx, projectId)).filter(matches);
    const page = atLeast(ctx, "2.59") ? pageOf(query) : { limit: all.length, marker: undefined };
    const rows = behind(all, page.marker).slice(0, page.limit);
    const full = page.limit > 0 && rows.length === page.limit && atLeast(ctx, "2.59");
    const links = nextLinks(ctx, "/os-migrations", { query, lastId: rows.at(-1)?.uuid, full });
    return {
      migrations: rows.map((row) => migrationView(ctx, row, hosts)),
      ...(links.length === 0 ? {} : { migrations_links: links }),
    };
  },
});

function namesKnown(ctx: ComputeCtx): readonly string[] {
  return [
    ...filters,
    "limit",
    "marker",
    "changes-since",
    ...(atLeast(ctx, "2.66") ? ["changes-before"] : []),
    ...(atLeast(ctx, "2.80") ? ["user_id", "project_id"] : []),
  ];
}

function behind(all: readonly ServerMigration[], marker: string | undefined): readonly ServerMigration[] {
  if (marker === undefined) return all;
  const at = all.findIndex(({ uuid }) => uuid === marker);
  if (at < 0) throw new CloudError("invalid", `Marker ${marker} could not be found.`);
  return all.slice(at + 1);
}

function testOf(ctx: ComputeCtx, query: Query, hosts: HostsById): (migration: ServerMigration) => boolean {
  const nameOf = (id: string | undefined) => (id === undefined ? undefined : hosts.get(id)?.hostname);
  const values: Readonly<Record<string, (migration: ServerMigration) => readonly unknown[]>> = {
    host: ({ sourceHostId, destHostId }) => [nameOf(sourceHostId), nameOf(destHostId)],
    source_compute: ({ sourceHostId }) => [nameOf(sourceHostId)],
    instance_uuid: ({ serverId }) => [serverId],
    status: ({ status }) => [status],
    migration_type: ({ type }) => [type],
    user_id: ({ userId }) => [userId],
    project_id: ({ projectId }) => [projectId],
  };
  const wanted = Object.entries(values).flatMap(([name, valuesOf]) => {
    const value = queryText(query, name);
    return value === undefined ? [] : [{ value, valuesOf }];
  });
  const [since, before] = ["changes-since", "changes-before"].map((name) =>
    namesKnown(ctx).includes(name) && atLeast(ctx, "2.59") ? timeOf(queryText(query, name), name) : undefined,
  );
  if (since !== undefined && before !== undefined && before < since) {
    throw new CloudError(
      "invalid",
      "The value of changes-since must be less than or equal to changes-before.",
    );
  }
  return (migration) => {
    const changed = migration.updatedAt ?? migration.createdAt;
    const inTime = (since ?? changed) <= changed && changed <= (before ?? changed);
    return inTime && wanted.every(({ value, valuesOf }) => valuesOf(migration).includes(value));
  };
}
