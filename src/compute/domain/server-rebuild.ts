import { CloudError } from "#base/errors.ts";
import { tpmConstraintResolve } from "#vtpm/index.ts";
import type { Server, VmState } from "./server.ts";

const from: readonly VmState[] = ["active", "stopped", "error"];

/** nova.compute.api.API.rebuild: check_instance_state. */
export const rebuildRule = { nova: "rebuild", from };

/** Where the passphrases are in the saga's joined boxes. */
export const rebuildBoxes = { old: 0, new: 1 } as const;

/**
 * Throws `invalid` when the new image asks for another TPM than the server has, or contradicts the flavor. One that asks for
 * none says nothing: the server keeps its own.
 */
export function rebuildTpmPermit(
  server: Server,
  image: Parameters<typeof tpmConstraintResolve>[0]["image"],
): void {
  tpmConstraintResolve({ flavor: server.flavor, image });
  for (const option of ["version", "model"] as const) {
    const asked = image.properties[`hw_tpm_${option}`];
    if (asked === undefined || asked === server.tpm?.[option]) continue;
    throw new CloudError(
      "invalid",
      `Image ${image.name ?? "(unnamed)"} has hw_tpm_${option} set to ${asked}, but server ${server.id} has ` +
        `${server.tpm === undefined ? "no TPM" : `a TPM ${server.tpm.version} with model ${server.tpm.model}`}. A rebuild changes neither.`,
    );
  }
}
