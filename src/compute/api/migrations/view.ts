import { isoMicroseconds } from "#base/clock.ts";
import { atLeast } from "#http/index.ts";
import type { ComputeCtx } from "../../app/deps.ts";
import type { ServerMigration } from "../../domain/server-migration.ts";
import type { HostsById } from "../servers/view.ts";

const time = (at: number): string => isoMicroseconds(at);

/** An element of `GET /os-migrations`; where it is from and to, who may know. Flavors have no numbers here. */
export function migrationView(ctx: ComputeCtx, migration: ServerMigration, hosts: HostsById): object {
  const shown = ctx.allows("os_compute_api:os-migrations:index:host");
  const hostOf = (id: string | undefined) => (shown && id !== undefined ? hosts.get(id) : undefined);
  const [source, dest] = [hostOf(migration.sourceHostId), hostOf(migration.destHostId)];
  return {
    id: migration.id,
    instance_uuid: migration.serverId,
    status: migration.status,
    source_compute: source?.hostname ?? null,
    source_node: source?.hostname ?? null,
    dest_compute: dest?.hostname ?? null,
    dest_host: dest?.facts.address ?? null,
    dest_node: dest?.hostname ?? null,
    old_instance_type_id: null,
    new_instance_type_id: null,
    created_at: time(migration.createdAt),
    updated_at: migration.updatedAt === undefined ? null : time(migration.updatedAt),
    ...(atLeast(ctx, "2.23") ? { migration_type: migration.type } : {}),
    ...(atLeast(ctx, "2.59") ? { uuid: migration.uuid } : {}),
    ...(atLeast(ctx, "2.80") ? { user_id: migration.userId, project_id: migration.projectId } : {}),
  };
}
