import { expect, test } from "vitest";
import { agentConfigDefaults } from "../agent-config.ts";
import { tpmCapabilitiesRead } from "./domain-capabilities.ts";
import { hostTraits } from "./host-facts.ts";

/** As libvirt 9.0 prints it with swtpm 0.7.1. */
function capabilities(backends: readonly string[], versions: readonly string[]): string {
  const values = (all: readonly string[]): string =>
    all.map((value) => `        <value>${value}</value>\n`).join("");
  return `<domainCapabilities>
  <devices>
    <video supported='yes'>
      <enum name='model'>
        <value>tpm-spapr</value>
      </enum>
    </video>
    <tpm supported='yes'>
      <enum name='model'>
${values(["tpm-tis", "tpm-crb", "tpm-spapr"])}      </enum>
      <enum name='backendModel'>
${values(backends)}      </enum>
${versions.length > 0 ? `      <enum name='backendVersion'>\n${values(versions)}      </enum>\n` : ""}    </tpm>
  </devices>
</domainCapabilities>`;
}

test("versions and models that libvirt offers and we know", () => {
  expect(tpmCapabilitiesRead(capabilities(["passthrough", "emulator"], ["2.0"]))).toEqual({
    models: ["tpm-tis", "tpm-crb"],
    versions: ["2.0"],
  });
});

test("libvirt before 8.6 does not list versions", () => {
  expect(tpmCapabilitiesRead(capabilities(["emulator"], [])).versions).toEqual(["1.2", "2.0"]);
});

test.each([
  ["no swtpm", capabilities(["passthrough"], [])],
  ["no TPM at all", "<domainCapabilities><devices><tpm supported='no'/></devices></domainCapabilities>"],
  ["no answer", ""],
])("%s: no TPM trait", (_name, xml) => {
  expect(hostTraits(agentConfigDefaults, xml).filter((trait) => trait.includes("TPM"))).toEqual([]);
});

test("traits follow capabilities and configuration", () => {
  const xml = capabilities(["emulator"], ["1.2", "2.0"]);
  expect(hostTraits(agentConfigDefaults, xml).filter((trait) => trait.includes("TPM"))).toEqual([
    "COMPUTE_SECURITY_TPM_1_2",
    "COMPUTE_SECURITY_TPM_2_0",
    "COMPUTE_SECURITY_TPM_TIS",
    "COMPUTE_SECURITY_TPM_CRB",
    "COMPUTE_SECURITY_TPM_SECRET_SECURITY_USER",
    "COMPUTE_SECURITY_TPM_SECRET_SECURITY_HOST",
    "COMPUTE_SECURITY_TPM_SECRET_SECURITY_DEPLOYMENT",
  ]);
  const { libvirt } = agentConfigDefaults;
  const hostOnly = {
    ...agentConfigDefaults,
    libvirt: { ...libvirt, supportedTpmSecretSecurity: ["host"] as const },
  };
  expect(hostTraits(hostOnly, xml).filter((trait) => trait.includes("SECRET_SECURITY"))).toEqual([
    "COMPUTE_SECURITY_TPM_SECRET_SECURITY_HOST",
  ]);
  const off = { ...agentConfigDefaults, libvirt: { ...libvirt, swtpmEnabled: false } };
  expect(hostTraits(off, xml).filter((trait) => trait.includes("TPM"))).toEqual([]);
});
