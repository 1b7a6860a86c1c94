import { choice } from "../option.ts";

/** [key_manager] */
export const keyManagerSection = {
  /** Where TPM passphrases rest; "none": no key manager, and so no vTPM. */
  backend: choice("embedded", ["embedded", "none"], ["barbican"]),
};
