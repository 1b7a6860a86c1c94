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
  ["resources_GPU-1:CUSTOM_X", "0"],
  ["quota:cpu_quota", "-1"],
  ["quota:disk_read_iops_sec", "100"],
  ["hw:numa_cpus.1", "0-3,^2"],
  ["hw:mem_page_size", "2MB"],
  ["hw:redirected_usb_ports", "15"],
  ["hw:boot_menu", "Yes"],
  ["os:secure_boot", "required"],
])("%s=%s is fine", (name, value) => {
  expect(() => extraSpecValidate(name, value)).not.toThrow();
});

test.each([
  ["hw:tpm_version", "3.0", "Validation failed; '3.0' is not one of: 1.2, 2.0."],
  ["hw:tpm_model", "foo", "Validation failed; 'foo' is not one of: tpm-tis, tpm-crb."],
  ["hw:tpm_foo", "x", "Validation failed; extra spec 'hw:tpm_foo' does not appear to be a valid extra spec."],
  ["trait:X", "maybe", "Validation failed; 'maybe' is not one of: required, forbidden."],
  ["hw:numa_nodes", "0", "Validation failed; '0' is less than the min value of '1'."],
  ["hw:numa_nodes", "two", "Validation failed; 'two' is not a valid integer value."],
  ["hw:redirected_usb_ports", "16", "Validation failed; '16' is greater than the max value of '15'."],
  ["hw:boot_menu", "perhaps", "Validation failed; 'perhaps' is not a valid boolean-like value."],
  ["hw:pmem", "a b", "Validation failed; 'a b' is not of the format '([a-zA-Z0-9_]+(,)?)+'."],
  [
    "quota:disk_read_speed",
    "1",
    "Validation failed; extra spec 'quota:disk_read_speed' does not appear to be a valid extra spec.",
  ],
  ["resources:CPU", "1", "Validation failed; extra spec 'resources:CPU' does not appear to be a valid"],
])("%s=%s is refused in Nova's words", (name, value, message) => {
  expect(() => extraSpecValidate(name, value)).toThrow(message);
});
