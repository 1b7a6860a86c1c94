import { tpmVersions, type TpmVersion } from "#vtpm/index.ts";
import type { DomainHost, DomainSpec } from "./domain-spec.ts";
import { element, type Element } from "./element.ts";
import { xmlElementFind } from "./read.ts";

const namespace = "urn:sealstone:server:1";

/** Whose domain it is, for us and for whoever looks at the host. */
export function metadataElement({ serverId, displayName }: DomainSpec, { cloudId }: DomainHost): Element {
  return element("metadata", {}, [
    element("sealstone:server", { "xmlns:sealstone": namespace, cloud: cloudId, id: serverId }, [
      element("sealstone:name", {}, displayName),
    ]),
  ]);
}

/** The cloud that a domain's XML belongs to; undefined for a domain that none of ours defined. */
export function metadataCloudFind(domainXml: string): string | undefined {
  const server = xmlElementFind(domainXml, "sealstone:server");
  return server?.attributes["xmlns:sealstone"] === namespace ? server.attributes["cloud"] : undefined;
}

/** The TPM version of a domain's XML; undefined when it has no emulated TPM. */
export function domainTpmVersionFind(domainXml: string): TpmVersion | undefined {
  const tpm = xmlElementFind(domainXml, "tpm");
  const version = tpm && xmlElementFind(tpm.inner, "backend")?.attributes["version"];
  return tpmVersions.find((known) => known === version);
}
