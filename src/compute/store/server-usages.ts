import type { Db, Tx } from "#db/index.ts";
import type { Server, VmState } from "../domain/server.ts";

interface ServerUsageRow {
  server_id: string;
  project_id: string;
  name: string;
  flavor_name: string;
  memory_mib: number;
  vcpus: number;
  disk_gib: number;
  created_at: number;
}

declare module "#db/tables.ts" {
  interface Tables {
    compute_server_usages: ServerUsageRow;
  }
}

/** What a server takes, from when to when. It outlives its server, as Nova's deleted instances do. */
export interface ServerUsage {
  readonly serverId: string;
  readonly projectId: string;
  readonly name: string;
  readonly flavorName: string;
  readonly memoryMiB: number;
  readonly vcpus: number;
  readonly diskGiB: number;
  readonly launchedAt: number;
  readonly terminatedAt: number | undefined;
  /** Undefined when it is gone. */
  readonly vmState: VmState | undefined;
}

export async function serverUsageInsert(tx: Tx, server: Server): Promise<void> {
  const { flavor } = server;
  await tx
    .insertInto("compute_server_usages")
    .values({
      server_id: server.id,
      project_id: server.projectId,
      name: server.name,
      flavor_name: flavor.name,
      memory_mib: flavor.memoryMiB,
      vcpus: flavor.vcpus,
      disk_gib: flavor.rootGiB + flavor.ephemeralGiB,
      created_at: server.createdAt,
    })
    .execute();
}

/** Servers that were launched before `stop` and not gone before `start`, by project and id. */
export async function serverUsageList(
  db: Db,
  window: { readonly start: number; readonly stop: number; readonly projectId: string | undefined },
): Promise<ServerUsage[]> {
  let query = db
    .selectFrom("compute_server_usages")
    .leftJoin("compute_servers", "compute_servers.id", "compute_server_usages.server_id")
    .selectAll("compute_server_usages")
    .select(["compute_servers.name as current_name", "vm_state", "launched_at"])
    .select((usage) => {
      // The actions are what remains of a server that is gone.
      const finishedAt = (action: "create" | "delete") =>
        usage
          .selectFrom("compute_server_actions")
          .whereRef("compute_server_actions.server_id", "=", "compute_server_usages.server_id")
          .where("action", "=", action)
          .where("result", "=", "Success")
          .select(({ fn }) => fn.max("finished_at").as("finished_at"));
      return [finishedAt("create").as("created_well_at"), finishedAt("delete").as("deleted_at")];
    })
    .where("compute_server_usages.created_at", "<", Math.ceil(window.stop));
  if (window.projectId !== undefined)
    query = query.where("compute_server_usages.project_id", "=", window.projectId);
  const rows = await query
    .orderBy("compute_server_usages.project_id")
    .orderBy("compute_server_usages.server_id")
    .execute();
  return rows.flatMap((row) => {
    const launchedAt = row.launched_at ?? row.created_well_at;
    if (launchedAt === null || launchedAt >= window.stop) return [];
    // A delete that was asked for and is not done yet: the server is still there.
    const terminatedAt = row.vm_state === null ? (row.deleted_at ?? launchedAt) : undefined;
    if (terminatedAt !== undefined && terminatedAt <= window.start) return [];
    return [
      {
        serverId: row.server_id,
        projectId: row.project_id,
        name: row.current_name ?? row.name,
        flavorName: row.flavor_name,
        memoryMiB: row.memory_mib,
        vcpus: row.vcpus,
        diskGiB: row.disk_gib,
        launchedAt,
        terminatedAt,
        vmState: row.vm_state ?? undefined,
      },
    ];
  });
}
