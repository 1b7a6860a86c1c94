import type { IdentityCtx } from "../../app/context.ts";
import type { ShownTrust } from "../../app/trust.ts";
import { isoOfMicroseconds } from "../../domain/expiry.ts";
import type { Trust } from "../../domain/trust.ts";
import { selfLink } from "../links.ts";
import { roleView } from "../roles/view.ts";

export function trustSummaryView(ctx: IdentityCtx, trust: Trust): object {
  const { id, expiresAtUs } = trust;
  return {
    id,
    trustor_user_id: trust.trustorUserId,
    trustee_user_id: trust.trusteeUserId,
    project_id: trust.projectId ?? null,
    impersonation: trust.impersonation,
    expires_at: expiresAtUs === undefined ? null : `${isoOfMicroseconds(expiresAtUs)}Z`,
    deleted_at: null,
    remaining_uses: trust.remainingUses ?? null,
    redelegated_trust_id: trust.redelegatedTrustId ?? null,
    redelegation_count: trust.redelegationCount,
    links: selfLink(ctx, `OS-TRUST/trusts/${id}`),
  };
}

export function trustView(ctx: IdentityCtx, { trust, roles }: ShownTrust): object {
  const { self } = selfLink(ctx, `OS-TRUST/trusts/${trust.id}/roles`);
  return {
    ...trustSummaryView(ctx, trust),
    roles: roles.map((role) => roleView(ctx, role)),
    roles_links: { self, next: null, previous: null },
  };
}
