import { integer } from "../option.ts";

/** [audit] */
export const auditSection = {
  /** Days after which an event of the audit is deleted; 0: never. */
  retention_days: integer(0, 0, 36_500),
};
