import { CloudError } from "#base/errors.ts";
import { defaultZone, hostList, type Host } from "../store/hosts.ts";
import type { ComputeCtx } from "./deps.ts";

/** Where a server shall go, as the request says it. */
export interface DestinationInput {
  /** `zone`, or an administrator's `zone:host`, `zone:host:node`, `zone::node`. */
  readonly availabilityZone: string | undefined;
  readonly host: string | undefined;
  readonly hypervisorHostname: string | undefined;
}

/** What the request leaves open: one host, the hosts of a zone, or, both undefined, any host. */
export interface Destination {
  readonly hostId: string | undefined;
  readonly zone: string | undefined;
}

/**
 * Where the caller wants the server. Throws `forbidden` for who may not choose, `invalid` for a zone or a host that does
 * not exist (nova.api.openstack.compute.servers, nova.compute.api.parse_availability_zone).
 */
export async function destinationResolve(ctx: ComputeCtx, input: DestinationInput): Promise<Destination> {
  const forced = zoneParse(input.availabilityZone);
  if (forced.names.length > 0) ctx.enforce("os_compute_api:servers:create:forced_host");
  const requested = [input.host, input.hypervisorHostname].filter((name) => name !== undefined);
  if (requested.length > 0) {
    ctx.enforce("compute:servers:create:requested_destination");
    if (forced.names.length > 0) {
      throw new CloudError(
        "invalid",
        "One mechanism with host and/or hypervisor_hostname and another mechanism with zone:host:node are mutually exclusive.",
      );
    }
  }
  const hosts = await hostList(ctx.deps.database.db);
  const zone = forced.zone === "" ? undefined : forced.zone;
  const within = zone === undefined ? hosts : hosts.filter((host) => host.zone === zone);
  if (zone !== undefined && zone !== defaultZone && within.every(({ disabled }) => disabled))
    throw new CloudError("invalid", "The requested availability zone is not available");
  // A forced host overrides its zone, a requested one is looked for in it.
  const hostId =
    hostNamed(hosts, forced.names) ?? hostNamed(within, requested, zone && ` in availability zone ${zone}`);
  const elsewhere = hostId !== undefined && within.every(({ id }) => id !== hostId);
  return { hostId, zone: elsewhere ? undefined : zone };
}

function zoneParse(text: string | undefined): { readonly zone: string; readonly names: readonly string[] } {
  const [zone = "", ...names] = (text ?? "").split(":");
  if (names.length > 2)
    throw new CloudError("invalid", "Invalid input received: Unable to parse availability_zone");
  return { zone, names: names.filter((name) => name !== "") };
}

/** Host and node are one here: all names must be of the same. */
function hostNamed(hosts: readonly Host[], names: readonly string[], where = ""): string | undefined {
  const [first] = names;
  if (first === undefined) return undefined;
  const found = hosts.find((host) => host.hostname === first);
  const other = names.find((name) => name !== first);
  if (found && other === undefined) return found.id;
  throw new CloudError(
    "invalid",
    found && other !== undefined
      ? `No compute host matches ${first} and ${other} at the same time.`
      : `Compute host ${first} could not be found${where}.`,
  );
}
