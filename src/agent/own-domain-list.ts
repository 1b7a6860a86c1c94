import { domainGetXml, domainList, isNoDomain } from "#libvirt/index.ts";
import type { DomainHandle } from "#libvirt/index.ts";
import type { AgentContext } from "./agent-context.ts";
import { metadataCloudFind } from "./domain-xml/metadata.ts";
import type { OwnDomain } from "./own-domain.ts";

/** The domains of this cloud on this host by server; others' are not touched. */
export async function ownDomainList(
  context: Pick<AgentContext, "libvirt" | "cloudId">,
): Promise<ReadonlyMap<string, OwnDomain>> {
  const found = await Promise.all(
    (await domainList(context.libvirt)).map((handle) => ownDomainLook(context, handle)),
  );
  return new Map(
    found.filter((domain) => domain !== undefined).map((domain) => [domain.handle.uuid, domain]),
  );
}

async function ownDomainLook(
  { libvirt, cloudId }: Pick<AgentContext, "libvirt" | "cloudId">,
  handle: DomainHandle,
): Promise<OwnDomain | undefined> {
  try {
    const xml = await domainGetXml(libvirt, handle);
    return metadataCloudFind(xml) === cloudId ? { handle, xml } : undefined;
  } catch (error) {
    // It was undefined between the two questions.
    if (isNoDomain(error)) return undefined;
    throw error;
  }
}
