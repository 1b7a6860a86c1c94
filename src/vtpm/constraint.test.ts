import { expect, test } from "vitest";
import { tpmConstraintResolve, tpmRequiredTraits } from "./index.ts";

function resolve(extraSpecs: Record<string, string>, properties: Record<string, string> = {}) {
  return tpmConstraintResolve({ flavor: { name: "f", extraSpecs }, image: { name: "i", properties } });
}

test("nobody asks: no TPM", () => {
  expect(resolve({}, { hw_machine_type: "q35" })).toBeUndefined();
});

test.each([
  [{ "hw:tpm_version": "2.0" }, {}, "2.0", "tpm-tis"],
  [{ "hw:tpm_version": "2.0", "hw:tpm_model": "tpm-crb" }, {}, "2.0", "tpm-crb"],
  [{}, { hw_tpm_version: "1.2" }, "1.2", "tpm-tis"],
  [{ "hw:tpm_version": "2.0" }, { hw_tpm_version: "2.0", hw_tpm_model: "tpm-crb" }, "2.0", "tpm-crb"],
])("flavor %j and image %j", (flavor, image, version, model) => {
  expect(resolve(flavor, image)).toEqual({ version, model, secretSecurity: "user" });
});

test.each([
  [
    { "hw:tpm_version": "2.0" },
    { hw_tpm_version: "1.2" },
    /^Flavor f has hw:tpm_version extra spec explicitly set to 2.0, conflicting with image i which has hw_tpm_version explicitly set to 1.2\.$/,
  ],
  [
    { "hw:tpm_version": "1.2", "hw:tpm_model": "tpm-crb" },
    {},
    /^TPM model CRB is only valid with TPM version 2.0\.$/,
  ],
  [{ "hw:tpm_version": "3.0" }, {}, /^Invalid TPM version '3.0'\. Allowed values: 1.2, 2.0\.$/],
  [{ "hw:tpm_version": "2.0", "hw:tpm_secret_security": "x" }, {}, /Invalid TPM secret security 'x'/],
  [{ "hw:tpm_model": "tpm-crb" }, {}, /^TPM version is required/],
  [{}, { hw_tpm_model: "tpm-tis" }, /^TPM version is required/],
])("flavor %j with image %j is refused", (flavor, image, message) => {
  expect(() => resolve(flavor, image)).toThrow(message);
});

test("required traits name version, model and mode", () => {
  expect(tpmRequiredTraits({ version: "2.0", model: "tpm-crb", secretSecurity: "host" })).toEqual([
    "COMPUTE_SECURITY_TPM_2_0",
    "COMPUTE_SECURITY_TPM_CRB",
    "COMPUTE_SECURITY_TPM_SECRET_SECURITY_HOST",
  ]);
});
