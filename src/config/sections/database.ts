import { text } from "../option.ts";

/** [database] */
export const databaseSection = {
  /**
   * sqlite:////absolute/path or postgresql://user:password@host:port/name (a unix socket:
   * postgresql://user@/name?host=/run/postgresql); sealstone.sqlite in the state directory when it is not set.
   */
  connection: text(undefined),
};
