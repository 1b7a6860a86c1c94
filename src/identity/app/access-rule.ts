import { CloudError } from "#base/errors.ts";
import type { Db } from "#db/index.ts";
import type { AccessRule } from "../domain/delegation.ts";
import {
  accessRuleDelete as rowDelete,
  accessRuleFind,
  accessRuleList as rowList,
  accessRuleUsed,
  type AccessRuleFilter,
} from "../store/access-rules.ts";
import type { IdentityCtx } from "./context.ts";
import { refuseLentToken } from "./delegation.ts";
import { forbidden } from "./failures.ts";

const managed = "application credentials";

export async function accessRuleList(
  ctx: IdentityCtx,
  userId: string,
  filter: AccessRuleFilter,
): Promise<AccessRule[]> {
  refuseLentToken(ctx, managed);
  return rowList(ctx.deps.database.db, userId, filter);
}

export async function accessRuleFetch(ctx: IdentityCtx, userId: string, id: string): Promise<AccessRule> {
  refuseLentToken(ctx, managed);
  return fetch(ctx.deps.database.db, userId, id);
}

/** Not while an application credential has it: without the rule it could do everything. */
export async function accessRuleDelete(ctx: IdentityCtx, userId: string, id: string): Promise<void> {
  refuseLentToken(ctx, managed);
  await ctx.deps.database.transaction(async (tx) => {
    await fetch(tx, userId, id);
    if (await accessRuleUsed(tx, id)) throw forbidden("May not delete access rule in use");
    await rowDelete(tx, id);
  });
}

async function fetch(db: Db, userId: string, id: string): Promise<AccessRule> {
  const rule = await accessRuleFind(db, userId, id);
  if (rule) return rule;
  throw new CloudError("not-found", `Could not find Access Rule: ${id}.`);
}
