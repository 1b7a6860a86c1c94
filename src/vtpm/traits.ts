import type { TpmConstraint, TpmModel, TpmSecretSecurity, TpmVersion } from "./constraint.ts";

const versionTraits: Readonly<Record<TpmVersion, string>> = {
  "1.2": "COMPUTE_SECURITY_TPM_1_2",
  "2.0": "COMPUTE_SECURITY_TPM_2_0",
};
const modelTraits: Readonly<Record<TpmModel, string>> = {
  "tpm-tis": "COMPUTE_SECURITY_TPM_TIS",
  "tpm-crb": "COMPUTE_SECURITY_TPM_CRB",
};
const secretSecurityTraits: Readonly<Record<TpmSecretSecurity, string>> = {
  user: "COMPUTE_SECURITY_TPM_SECRET_SECURITY_USER",
  host: "COMPUTE_SECURITY_TPM_SECRET_SECURITY_HOST",
  deployment: "COMPUTE_SECURITY_TPM_SECRET_SECURITY_DEPLOYMENT",
};

/** What a host must have to carry this TPM: required traits of the allocation-candidates query. */
export function tpmRequiredTraits(tpm: TpmConstraint): readonly string[] {
  return [versionTraits[tpm.version], modelTraits[tpm.model], secretSecurityTraits[tpm.secretSecurity]];
}

/** What a host really supports, from its domain capabilities and its configuration. */
export interface TpmSupport {
  readonly versions: readonly TpmVersion[];
  readonly models: readonly TpmModel[];
  readonly secretSecurities: readonly TpmSecretSecurity[];
}

/** The traits by which such a host is found; none without a version. */
export function tpmHostTraits(support: TpmSupport): readonly string[] {
  if (support.versions.length === 0) return [];
  return [
    ...support.versions.map((version) => versionTraits[version]),
    ...support.models.map((model) => modelTraits[model]),
    ...support.secretSecurities.map((mode) => secretSecurityTraits[mode]),
  ];
}
