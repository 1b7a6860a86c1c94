import type { Db } from "#db/index.ts";
import type { Server } from "../domain/server.ts";
import { serverFromRow } from "./servers.ts";

/** Servers in memory at most; beyond, all are read again. */
const keptServers = 10_000;
/** Ids in one query. */
const chunk = 500;

type ReadServers = (db: Db, projectId: string | undefined) => Promise<Server[]>;

/**
 * Lists a project's servers, or everybody's, newest first as Nova (created_at desc, id desc). Of a server that has not
 * changed since it was last read, by its version, only id and version are read: the answer has the same object again.
 */
export function createServerReader(): ReadServers {
  const known = new Map<string, { readonly version: number; readonly server: Server }>();
  return async (db, projectId) => {
    let query = db.selectFrom("compute_servers").select(["id", "version"]);
    if (projectId !== undefined) query = query.where("project_id", "=", projectId);
    const rows = await query.orderBy("created_at", "desc").orderBy("id", "desc").execute();
    if (known.size > keptServers) known.clear();
    const changed = rows.filter(({ id, version }) => known.get(id)?.version !== version).map(({ id }) => id);
    const read = new Map<string, Server>();
    for (let start = 0; start < changed.length; start += chunk) {
      const ids = changed.slice(start, start + chunk);
      for (const row of await db.selectFrom("compute_servers").selectAll().where("id", "in", ids).execute()) {
        const server = serverFromRow(row);
        read.set(row.id, server);
        known.set(row.id, { version: row.version, server });
      }
    }
    // A server that was deleted between the two queries is in neither.
    return rows.flatMap(({ id }) => read.get(id) ?? known.get(id)?.server ?? []);
  };
}
