import { choice } from "../option.ts";

/** [key_manager] */
export const keyManagerSection = {
  /** Where TPM passphrases rest: here, or in an external Barbican; "none": no key manager, and so no vTPM. */
  backend: choice("embedded", ["embedded", "barbican", "none"]),
};
