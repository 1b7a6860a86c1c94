import { CloudError } from "#base/errors.ts";
import { newHexId } from "#base/ids.ts";
import type { Tx } from "#db/index.ts";
import type { RoleRef } from "../domain/role-ref.ts";
import { maxRedelegationCount, redelegationRefusal, trustLive, type Trust } from "../domain/trust.ts";
import { roleListEffective } from "../store/assignments.ts";
import { trustChain, trustInsert } from "../store/trusts.ts";
import type { IdentityCtx } from "./context.ts";
import { forbiddenAction } from "./delegation.ts";
import { forbidden, notFound } from "./failures.ts";
import { projectFetch } from "./project.ts";
import { refuseApplicationCredential, trustShown, type ShownTrust } from "./trust.ts";
import { userFetch } from "./user.ts";

export interface TrustInput {
  readonly trustorUserId: string;
  readonly trusteeUserId: string;
  readonly projectId: string | undefined;
  readonly impersonation: boolean;
  readonly roles: readonly RoleRef[];
  readonly expiresAtUs: number | undefined;
  readonly remainingUses: number | undefined;
  readonly allowRedelegation: boolean;
  readonly redelegationCount: number | undefined;
}

/** The caller lends roles of their own, or, with a token got by a trust, passes on that trust's. */
export async function trustCreate(ctx: IdentityCtx, input: TrustInput): Promise<ShownTrust> {
  ctx.enforce("identity:create_trust", { "target.trust.trustor_user_id": input.trustorUserId });
  refuseApplicationCredential(ctx);
  if (input.projectId !== undefined && input.roles.length === 0)
    throw forbiddenAction("At least one role should be specified");
  if (ctx.caller.userId !== input.trustorUserId)
    throw forbiddenAction("The authenticated user should match the trustor");
  const depth = depthAsked(input);
  return ctx.deps.database.transaction(async (tx) => {
    await userFetch(tx, input.trusteeUserId);
    const chain = await chainOfCaller(tx, ctx);
    const roleIds = await rolesLent(tx, input, chain.at(-1)?.trustorUserId ?? input.trustorUserId);
    const { trustorUserId, trusteeUserId, projectId, impersonation, remainingUses } = input;
    const lent = { trustorUserId, trusteeUserId, projectId, impersonation, remainingUses, roleIds };
    const trust: Trust = { id: newHexId(), ...lent, ...passedOn(input, chain, depth) };
    for (const parent of chain) {
      const refusal = redelegationRefusal(parent, trust);
      if (refusal !== undefined) throw forbidden(refusal);
    }
    await trustInsert(tx, trust);
    return trustShown(tx, trust);
  });
}

/** How often the trust may be passed on, as far as the request says; undefined: as often as is allowed. */
function depthAsked({ allowRedelegation, redelegationCount, remainingUses }: TrustInput): number | undefined {
  if (!allowRedelegation || redelegationCount === 0) return 0;
  if ((redelegationCount ?? 0) > maxRedelegationCount)
    throw forbidden(
      `Requested redelegation depth of ${redelegationCount} is greater than allowed ${maxRedelegationCount}`,
    );
  if (remainingUses !== undefined)
    throw new CloudError("invalid", "remaining_uses must not be set if redelegation is allowed");
  return redelegationCount;
}

/** The trust by which the caller got their token, and those that it passes on. */
async function chainOfCaller(tx: Tx, ctx: IdentityCtx): Promise<readonly Trust[]> {
  const { delegation } = ctx.caller;
  if (!delegation) return [];
  if (delegation.kind !== "trust") throw forbiddenAction("Redelegation allowed for delegated by trust only");
  const chain = await trustChain(tx, delegation.id);
  const [first] = chain;
  if (!first || !trustLive(first, ctx.clock.now())) throw notFound("trust", delegation.id);
  return chain;
}

function passedOn(
  input: TrustInput,
  [parent]: readonly Trust[],
  depth: number | undefined,
): Pick<Trust, "expiresAtUs" | "redelegatedTrustId" | "redelegationCount"> {
  const { expiresAtUs } = input;
  if (!parent)
    return { expiresAtUs, redelegatedTrustId: undefined, redelegationCount: depth ?? maxRedelegationCount };
  const left = parent.redelegationCount - 1;
  if (depth !== undefined && depth !== 0 && depth !== left)
    throw forbidden(
      'Modifying "redelegation_count" upon redelegation is forbidden. Omitting this parameter is advised.',
    );
  return {
    expiresAtUs: expiresAtUs ?? parent.expiresAtUs,
    redelegatedTrustId: parent.id,
    redelegationCount: depth ?? left,
  };
}

/** Only what whoever began the chain has there now. */
async function rolesLent(tx: Tx, { projectId, roles }: TrustInput, lenderId: string): Promise<string[]> {
  if (projectId === undefined) return [];
  await projectFetch(tx, projectId);
  const own = await roleListEffective(tx, lenderId, { kind: "project", id: projectId });
  const ids = roles.map((ref) => {
    const role = own.find(({ id, name }) => (ref.id ?? id) === id && (ref.name ?? name) === name);
    if (role) return role.id;
    throw notFound("role", ref.id ?? ref.name ?? "");
  });
  return [...new Set(ids)];
}
