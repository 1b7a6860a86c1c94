import { text } from "../option.ts";

/** [database] */
export const databaseSection = {
  /** sqlite:////absolute/path; sealstone.sqlite in the state directory when it is not set. */
  connection: text(undefined),
};
