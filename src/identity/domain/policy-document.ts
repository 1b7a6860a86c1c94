import type { Extra } from "./resources.ts";

/** A text that Keystone keeps for other services to read as their policy; it means nothing to Keystone itself. */
export interface PolicyDocument {
  readonly id: string;
  /** Media type of the blob. */
  readonly type: string;
  readonly blob: string;
  readonly extra: Extra;
}
