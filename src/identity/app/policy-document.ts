import { newHexId } from "#base/ids.ts";
import type { Db } from "#db/index.ts";
import type { PolicyDocument } from "../domain/policy-document.ts";
import type { Extra } from "../domain/resources.ts";
import {
  policyDelete as rowDelete,
  policyFind,
  policyInsert,
  policyList as rowList,
  policyUpdate as rowUpdate,
} from "../store/policies.ts";
import type { IdentityCtx } from "./context.ts";
import { notFound } from "./failures.ts";

export interface PolicyChange {
  readonly type?: string | undefined;
  readonly blob?: string | undefined;
  readonly extra: Extra;
}

export async function policyFetch(db: Db, id: string): Promise<PolicyDocument> {
  const policy = await policyFind(db, id);
  if (!policy) throw notFound("policy", id);
  return policy;
}

export function policyList(
  ctx: IdentityCtx,
  filter: { readonly type?: string | undefined },
): Promise<PolicyDocument[]> {
  return rowList(ctx.deps.database.db, filter);
}

export async function policyCreate(
  ctx: IdentityCtx,
  input: Omit<PolicyDocument, "id">,
): Promise<PolicyDocument> {
  const policy = { id: newHexId(), ...input };
  await ctx.deps.database.transaction((tx) => policyInsert(tx, policy));
  return policy;
}

export async function policyUpdate(
  ctx: IdentityCtx,
  id: string,
  change: PolicyChange,
): Promise<PolicyDocument> {
  return ctx.deps.database.transaction(async (tx) => {
    const old = await policyFetch(tx, id);
    const { type = old.type, blob = old.blob } = change;
    const policy = { id, type, blob, extra: { ...old.extra, ...change.extra } };
    await rowUpdate(tx, policy);
    return policy;
  });
}

export async function policyDelete(ctx: IdentityCtx, id: string): Promise<void> {
  await ctx.deps.database.transaction(async (tx) => {
    await policyFetch(tx, id);
    await rowDelete(tx, id);
  });
}
