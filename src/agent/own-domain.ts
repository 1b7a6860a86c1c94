import { CloudError } from "#base/errors.ts";
import type { PowerState } from "#bus/index.ts";
import {
  domainGetState,
  domainGetXml,
  domainHasManagedSave,
  domainLookupByUuid,
  isNoDomain,
} from "#libvirt/index.ts";
import type { DomainHandle, DomainState, LibvirtConnection } from "#libvirt/index.ts";
import type { AgentContext } from "./agent-context.ts";
import { metadataCloudFind } from "./domain-xml/metadata.ts";

export interface OwnDomain {
  readonly handle: DomainHandle;
  readonly xml: string;
}

/** The server's domain; undefined when there is none. Throws `conflict` when it belongs to somebody else. */
export async function ownDomainFind(
  { libvirt, cloudId }: AgentContext,
  serverId: string,
): Promise<OwnDomain | undefined> {
  try {
    const handle = await domainLookupByUuid(libvirt, serverId);
    const xml = await domainGetXml(libvirt, handle);
    const owner = metadataCloudFind(xml);
    if (owner === cloudId) return { handle, xml };
    throw new CloudError(
      "conflict",
      `The host's domain ${handle.name} with the UUID ${serverId} belongs to ${owner === undefined ? "no cloud" : `cloud ${owner}`}, not to this one. It is left alone.`,
    );
  } catch (error) {
    if (isNoDomain(error)) return undefined;
    throw error;
  }
}

/** As {@link ownDomainFind}; throws `not-found` when there is none. */
export async function ownDomainFetch(context: AgentContext, serverId: string): Promise<OwnDomain> {
  const domain = await ownDomainFind(context, serverId);
  if (domain !== undefined) return domain;
  throw new CloudError("not-found", `The host has no domain for server ${serverId}.`);
}

/** As Nova maps them (nova.virt.libvirt.guest.LIBVIRT_POWER_STATE). */
const powerStates: Readonly<Record<DomainState, PowerState>> = {
  nostate: "no-state",
  running: "running",
  blocked: "running",
  paused: "paused",
  shutdown: "shutdown",
  shutoff: "shutdown",
  crashed: "crashed",
  pmsuspended: "suspended",
};

/** Off with a managed save is `suspended` here, off without one `shutdown`. */
export async function powerStateLook(
  libvirt: LibvirtConnection,
  domain: DomainHandle,
): Promise<{ readonly powerState: PowerState; readonly managedSave: boolean }> {
  const { state } = await domainGetState(libvirt, domain);
  const managedSave = await domainHasManagedSave(libvirt, domain);
  const powerState = powerStates[state];
  return { powerState: powerState === "shutdown" && managedSave ? "suspended" : powerState, managedSave };
}

/** Whether QEMU is there: running, paused, or on its way down. */
export async function isActive(libvirt: LibvirtConnection, domain: DomainHandle): Promise<boolean> {
  const { state } = await domainGetState(libvirt, domain);
  return state !== "shutoff" && state !== "nostate";
}
