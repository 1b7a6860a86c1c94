import { integer } from "../option.ts";

/** [tpm_vault]: Sealstone's own. */
export const tpmVaultSection = {
  /** How many states of each server's TPM the control plane keeps; the hashes of all are kept. */
  generations_kept: integer(5, 1, 1_000),
};
