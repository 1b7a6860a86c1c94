/** Where other servers are, as far as it decides where a new one may go: hosts by id. */
export interface Neighbours {
  readonly group:
    | {
        readonly policy: string;
        readonly maxServersPerHost: number;
        /** The host of each member; the same host as often as it has members. */
        readonly memberHosts: readonly string[];
      }
    | undefined;
  /** Undefined: not asked for. */
  readonly sameHosts: readonly string[] | undefined;
  readonly differentHosts: readonly string[];
}

/**
 * The hosts that the hints permit, the best first (nova.scheduler.filters.affinity_filter; the soft policies are its
 * weighers). The given order decides between equals.
 */
export function hostsPermitted(hosts: readonly string[], neighbours: Neighbours): string[] {
  const { group, sameHosts, differentHosts } = neighbours;
  const members = (host: string): number =>
    group === undefined ? 0 : group.memberHosts.filter((member) => member === host).length;
  const permitted = hosts.filter((host) => {
    if (differentHosts.includes(host)) return false;
    if (sameHosts !== undefined && !sameHosts.includes(host)) return false;
    if (group?.policy === "affinity") return group.memberHosts.length === 0 || members(host) > 0;
    return group?.policy !== "anti-affinity" || members(host) < group.maxServersPerHost;
  });
  if (group?.policy === "soft-affinity") return permitted.toSorted((a, b) => members(b) - members(a));
  if (group?.policy === "soft-anti-affinity") return permitted.toSorted((a, b) => members(a) - members(b));
  return permitted;
}
