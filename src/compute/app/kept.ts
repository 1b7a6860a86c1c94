import type { Database, Kept } from "#db/index.ts";
import type { Server } from "../domain/server.ts";
import { flavorAccessFlavors } from "../store/flavor-access.ts";
import { flavorList, type Flavor } from "../store/flavors.ts";
import { hostList, type Host } from "../store/hosts.ts";
import { createServerReader } from "../store/server-reader.ts";

/** What lists are made from, in memory until it changes. Nobody may change what is in it. */
export interface ComputeKept {
  /** All, under the key `all`. */
  readonly hosts: Kept<readonly Host[]>;
  readonly flavors: Kept<readonly Flavor[]>;
  /** By project: the flavors that are not public and that it has access to. */
  readonly flavorAccess: Kept<ReadonlySet<string>>;
  /** By project, or `all`; newest first. */
  readonly servers: Kept<readonly Server[]>;
}

export function computeKept(database: Database): ComputeKept {
  const { db } = database;
  const readServers = createServerReader();
  const tables =
    (...names: readonly string[]) =>
    ({ table }: { readonly table: string }) =>
      names.includes(table);
  return {
    hosts: database.kept({
      dependsOn: tables("compute_hosts", "compute_aggregates", "compute_aggregate_hosts"),
      load: () => hostList(db),
      limit: 1,
    }),
    flavors: database.kept({ dependsOn: tables("compute_flavors"), load: () => flavorList(db), limit: 1 }),
    flavorAccess: database.kept({
      dependsOn: tables("compute_flavor_access"),
      load: (project) => flavorAccessFlavors(db, project),
      limit: 1_000,
    }),
    servers: database.kept({
      dependsOn: tables("compute_servers"),
      load: (project) => readServers(db, project === "all" ? undefined : project),
      limit: 100,
    }),
  };
}
