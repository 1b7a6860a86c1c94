import { expect, test } from "vitest";
import { extraSpecValidate } from "./extra-specs.ts";

test.each([
  ["hw:tpm_version", "2.0"],
  ["hw:tpm_model", "tpm-crb"],
  ["hw:cpu_policy", "dedicated"],
  ["trait:COMPUTE_SECURITY_TPM_2_0", "required"],
  ["resources1:VCPU", "2"],
  ["anything", "goes"],
  ["mine:own", "x"],
])("%s=%s is fine", (name, value) => {
  expect(() => extraSpecValidate(name, value)).not.toThrow();
});

test.each([
  ["hw:tpm_version", "3.0", "Validation failed; '3.0' is not one of: 1.2, 2.0."],
  ["hw:tpm_model", "foo", "Validation failed; 'foo' is not one of: tpm-tis, tpm-crb."],
  ["hw:tpm_foo", "x", "Validation failed; extra spec 'hw:tpm_foo' does not appear to be a valid extra spec."],
  ["trait:X", "maybe", "Validation failed; 'maybe' is not one of: required, forbidden."],
])("%s=%s is refused in Nova's words", (name, value, message) => {
  expect(() => extraSpecValidate(name, value)).toThrow(message);
});
