/** Lets the trustee act with some of the trustor's roles in a project. */
export interface Trust {
  readonly id: string;
  readonly trustorUserId: string;
  readonly trusteeUserId: string;
  /** Undefined: it lends no roles. */
  readonly projectId: string | undefined;
  /** Whether its tokens name the trustor as their user, not the trustee. */
  readonly impersonation: boolean;
  readonly roleIds: readonly string[];
  /** Microseconds since the epoch; undefined: never. */
  readonly expiresAtUs: number | undefined;
  /** How many tokens may still be got; undefined: any number. */
  readonly remainingUses: number | undefined;
  /** The trust that this one passes on. */
  readonly redelegatedTrustId: string | undefined;
  /** How often it may be passed on. */
  readonly redelegationCount: number;
}

/** Keystone's `[trust] max_redelegation_count`. */
export const maxRedelegationCount = 3;

/** Whether it may still be used: Keystone knows no other. */
export function trustLive({ expiresAtUs, remainingUses }: Trust, nowMs: number): boolean {
  return (expiresAtUs ?? Infinity) > nowMs * 1_000 && (remainingUses ?? 1) > 0;
}

/** Why the trust may not pass on the other, in Keystone's words; undefined when it may. */
export function redelegationRefusal(
  parent: Trust,
  trust: Pick<Trust, "remainingUses" | "expiresAtUs" | "roleIds" | "impersonation">,
): string | undefined {
  const depth = parent.redelegationCount;
  if (depth <= 0 || depth > maxRedelegationCount)
    return `Remaining redelegation depth of ${depth} out of allowed range of [0..${maxRedelegationCount}]`;
  if (trust.remainingUses !== undefined)
    return `Field "remaining_uses" is set to ${trust.remainingUses} while it must not be set in order to redelegate a trust`;
  if ((trust.expiresAtUs ?? 0) > (parent.expiresAtUs ?? Infinity))
    return "Requested expiration time is more than redelegated trust can provide";
  if (!trust.roleIds.every((id) => parent.roleIds.includes(id)))
    return "Some of requested roles are not in redelegated trust";
  if (trust.impersonation && !parent.impersonation)
    return `Impersonation is not allowed because redelegated trust does not specify impersonation. Redelegated trust id: ${parent.id}`;
  return undefined;
}
