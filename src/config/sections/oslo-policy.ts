import { text } from "../option.ts";

/** [oslo_policy] */
export const osloPolicySection = {
  /** Relative to the folder of the configuration file; policy.yaml in the state directory when it is not set. */
  policy_file: text(undefined),
};
