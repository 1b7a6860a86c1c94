import { integer } from "../option.ts";

/** [tpm_pool]: Sealstone's own. */
export const tpmPoolSection = {
  /** How many TPMs 2.0 a host keeps ready for servers to come; 0: each is made when it is asked for. */
  size: integer(4, 0, 1_000),
  /** The same for TPM 1.2. */
  size_1_2: integer(0, 0, 1_000),
};
