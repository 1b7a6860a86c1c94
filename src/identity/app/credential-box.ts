import { Secret } from "#base/secret.ts";
import type { Sealed } from "#key-manager/index.ts";
import type { Credential } from "../domain/credential.ts";
import { sealedContext } from "../domain/sealed-context.ts";
import type { IdentityCtx } from "./context.ts";
import { forbiddenAction } from "./delegation.ts";
import { textOpen, textSeal } from "./text-box.ts";

/** Opened, for whoever may see it. */
export interface OpenCredential extends Omit<Credential, "blobBox"> {
  readonly blob: Secret<string>;
}

export function credentialSeal(ctx: IdentityCtx, id: string, blob: string): Promise<Sealed> {
  return textSeal(ctx.deps.box, blob, sealedContext.credential(id));
}

export async function credentialOpen(
  ctx: IdentityCtx,
  { blobBox, ...credential }: Credential,
): Promise<OpenCredential> {
  const blob = await textOpen(ctx.deps.box, blobBox, sealedContext.credential(credential.id));
  return { ...credential, blob: new Secret(blob) };
}

/** A token got by a delegation is for one project, and so are the credentials that it sees and makes. */
export function delegationCovers({ caller }: IdentityCtx, projectId: string | undefined): boolean {
  return !caller.delegation || (projectId !== undefined && projectId === caller.projectId);
}

export function requireCovered(ctx: IdentityCtx, projectId: string | undefined): void {
  if (!delegationCovers(ctx, projectId))
    throw forbiddenAction("Credential project does not match the project scope of the delegated token");
}
