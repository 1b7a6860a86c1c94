import type { DelegationRef } from "./delegation.ts";
import type { TokenScope } from "./token.ts";

/** What a proof of identity is good for. */
export interface GrantedScope {
  readonly scope: TokenScope;
  readonly delegation: DelegationRef | undefined;
  /** Milliseconds since the epoch: the delegation ends then. */
  readonly expiresAt: number | undefined;
}
