import { xmlElementFind } from "../domain-xml/read.ts";
import { tpmModels, tpmVersions, type TpmModel, type TpmVersion } from "#vtpm/index.ts";

export interface TpmCapabilities {
  readonly models: readonly TpmModel[];
  readonly versions: readonly TpmVersion[];
}

/**
 * What libvirt's domain capabilities say about emulated TPMs (https://libvirt.org/formatdomaincaps.html); empty
 * when it finds no swtpm.
 */
export function tpmCapabilitiesRead(domainCapabilitiesXml: string): TpmCapabilities {
  const tpm = xmlElementFind(domainCapabilitiesXml, "tpm");
  if (tpm?.attributes["supported"] !== "yes" || !enumValues(tpm.inner, "backendModel").includes("emulator")) {
    return { models: [], versions: [] };
  }
  const models = enumValues(tpm.inner, "model");
  const versions = enumValues(tpm.inner, "backendVersion");
  return {
    models: tpmModels.filter((model) => models.includes(model)),
    // libvirt before 8.6 does not list versions; its swtpm makes both.
    versions:
      versions.length === 0 ? tpmVersions : tpmVersions.filter((version) => versions.includes(version)),
  };
}

function enumValues(xml: string, name: string): readonly string[] {
  for (const [, attributes, inner] of xml.matchAll(/<enum\s([^>]*)>([\s\S]*?)<\/enum>/g)) {
    if (attributes !== `name='${name}'` && attributes !== `name="${name}"`) continue;
    return [...(inner ?? "").matchAll(/<value>([^<]*)<\/value>/g)].map((match) => match[1] ?? "");
  }
  return [];
}
