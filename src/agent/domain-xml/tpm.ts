import type { DomainSpec } from "./domain-spec.ts";
import { element, type Element } from "./element.ts";

/**
 * The state is encrypted with the libvirt secret of the same UUID as the key manager's. `persistent_state` keeps
 * it when somebody undefines the domain without a word about its TPM.
 */
export function tpmElement({ tpm }: DomainSpec): Element | undefined {
  if (tpm === undefined) return undefined;
  return element("tpm", { model: tpm.model }, [
    element("backend", { type: "emulator", version: tpm.version, persistent_state: "yes" }, [
      element("encryption", { secret: tpm.secretId }),
    ]),
  ]);
}
