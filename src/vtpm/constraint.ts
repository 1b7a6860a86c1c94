import { CloudError } from "#base/errors.ts";

export type TpmVersion = "1.2" | "2.0";
export type TpmModel = "tpm-tis" | "tpm-crb";
export type TpmSecretSecurity = "user" | "host" | "deployment";

export const tpmVersions: readonly TpmVersion[] = ["1.2", "2.0"];
export const tpmModels: readonly TpmModel[] = ["tpm-tis", "tpm-crb"];
export const tpmSecretSecurities: readonly TpmSecretSecurity[] = ["user", "host", "deployment"];

/** The TPM that a server gets. */
export interface TpmConstraint {
  readonly version: TpmVersion;
  readonly model: TpmModel;
  readonly secretSecurity: TpmSecretSecurity;
}

export interface TpmSource {
  readonly flavor: { readonly name: string; readonly extraSpecs: Readonly<Record<string, string>> };
  readonly image: {
    readonly name: string | undefined;
    readonly properties: Readonly<Record<string, string>>;
  };
}

/**
 * The TPM that flavor and image ask for together; undefined when neither does. Throws `invalid` in Nova's
 * words (nova.virt.hardware.get_vtpm_constraint) when they contradict each other or themselves.
 */
export function tpmConstraintResolve({ flavor, image }: TpmSource): TpmConstraint | undefined {
  const version = agreed({ flavor, image }, "version");
  const model = agreed({ flavor, image }, "model");
  const secretSecurity = flavor.extraSpecs["hw:tpm_secret_security"];
  if (version === undefined) {
    const asked = model === undefined ? secretSecurity && "hw:tpm_secret_security" : "a TPM model";
    if (asked === undefined || asked === "") return undefined;
    throw new CloudError(
      "invalid",
      `TPM version is required: flavor ${flavor.name} and image ${image.name ?? "(unnamed)"} ask for ${asked} but for no version. ` +
        `Set hw:tpm_version on the flavor or hw_tpm_version on the image to one of: ${tpmVersions.join(", ")}.`,
    );
  }
  const constraint: TpmConstraint = {
    version: oneOf(tpmVersions, version, "version"),
    model: oneOf(tpmModels, model ?? "tpm-tis", "model"),
    secretSecurity: oneOf(tpmSecretSecurities, secretSecurity ?? "user", "secret security"),
  };
  if (constraint.model === "tpm-crb" && constraint.version !== "2.0") {
    throw new CloudError("invalid", "TPM model CRB is only valid with TPM version 2.0.");
  }
  return constraint;
}

function agreed({ flavor, image }: TpmSource, option: "version" | "model"): string | undefined {
  const fromFlavor = flavor.extraSpecs[`hw:tpm_${option}`];
  const fromImage = image.properties[`hw_tpm_${option}`];
  if (fromFlavor !== undefined && fromImage !== undefined && fromFlavor !== fromImage) {
    throw new CloudError(
      "invalid",
      `Flavor ${flavor.name} has hw:tpm_${option} extra spec explicitly set to ${fromFlavor}, ` +
        `conflicting with image ${image.name ?? "(unnamed)"} which has hw_tpm_${option} explicitly set to ${fromImage}.`,
    );
  }
  return fromFlavor ?? fromImage;
}

function oneOf<T extends string>(allowed: readonly T[], value: string, what: string): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found !== undefined) return found;
  throw new CloudError("invalid", `Invalid TPM ${what} '${value}'. Allowed values: ${allowed.join(", ")}.`);
}
