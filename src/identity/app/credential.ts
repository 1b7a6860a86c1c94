import { CloudError } from "#base/errors.ts";
import { newHexId } from "#base/ids.ts";
import { Secret } from "#base/secret.ts";
import type { Db } from "#db/index.ts";
import type { PolicyTarget } from "#policy/index.ts";
import {
  ec2BlobParse,
  ec2CredentialId,
  ec2Delegations,
  ec2Type,
  type Credential,
  type Ec2Blob,
} from "../domain/credential.ts";
import {
  credentialDelete as rowDelete,
  credentialFind,
  credentialInsert,
  credentialList as rowList,
  credentialUpdate as rowUpdate,
  type CredentialFilter,
} from "../store/credentials.ts";
import type { IdentityCtx } from "./context.ts";
import {
  credentialOpen,
  credentialSeal,
  delegationCovers,
  requireCovered,
  type OpenCredential,
} from "./credential-box.ts";
import { refuseRestricted } from "./delegation.ts";
import { conflict, notFound } from "./failures.ts";
import { nodeFetch } from "./project-node.ts";
import { userFetch } from "./user.ts";

export interface CredentialChange {
  readonly userId?: string | undefined;
  readonly projectId?: string | undefined;
  readonly type?: string | undefined;
  readonly blob?: Secret<string> | undefined;
}

interface CredentialInput {
  readonly userId: string;
  readonly projectId: string | undefined;
  readonly type: string;
  readonly blob: Secret<string>;
}

export async function credentialCreate(ctx: IdentityCtx, input: CredentialInput): Promise<OpenCredential> {
  const { userId, projectId, type } = input;
  ctx.enforce("identity:create_credential", ownedBy(userId));
  const isEc2 = type.toLowerCase() === ec2Type;
  if (isEc2) refuseRestricted(ctx, "credentials");
  requireCovered(ctx, projectId);
  const ec2 = isEc2 ? ec2BlobParse(input.blob.expose()) : undefined;
  if (isEc2 && projectId === undefined) throw projectMissing();
  const id = ec2 ? ec2CredentialId(ec2.access) : newHexId();
  const blob = ec2 && ctx.caller.delegation ? JSON.stringify(marked(ctx, ec2)) : input.blob.expose();
  const sealed = await credentialSeal(ctx, id, blob);
  await ctx.deps.database.transaction(async (tx) => {
    await requireParts(tx, input);
    if (await credentialFind(tx, id)) throw conflict("credential", `Duplicate entry found with ID ${id}`);
    await credentialInsert(tx, { id, userId, projectId, type, blobBox: await sealed.text(tx) });
  });
  return { id, userId, projectId, type, blob: new Secret(blob) };
}

/** Those that the caller may see. */
export async function credentialList(ctx: IdentityCtx, filter: CredentialFilter): Promise<OpenCredential[]> {
  ctx.enforce("identity:list_credentials", ownedBy(ctx.caller.userId));
  const found = await rowList(ctx.deps.database.db, filter);
  const seen = found.filter(
    ({ userId, projectId }) =>
      ctx.allows("identity:get_credential", ownedBy(userId)) && delegationCovers(ctx, projectId),
  );
  return Promise.all(seen.map((credential) => credentialOpen(ctx, credential)));
}

export async function credentialFetch(ctx: IdentityCtx, id: string): Promise<OpenCredential> {
  const { db } = ctx.deps.database;
  return credentialOpen(ctx, await allowed(db, ctx, id, "identity:get_credential"));
}

/** Whoever gives it away must be allowed to act for its new owner. An EC2 one stays bound to what it was made with. */
export async function credentialUpdate(
  ctx: IdentityCtx,
  id: string,
  change: CredentialChange,
): Promise<OpenCredential> {
  const rule = "identity:update_credential";
  const old = await credentialOpen(ctx, await allowed(ctx.deps.database.db, ctx, id, rule));
  const { userId = old.userId, projectId = old.projectId, type = old.type, blob = old.blob } = change;
  ctx.enforce(rule, ownedBy(userId));
  requireCovered(ctx, projectId);
  if (type.toLowerCase() === ec2Type) {
    if (projectId === undefined) throw projectMissing();
    refuseUnbound(old, ec2BlobParse(blob.expose()));
  }
  const sealed = await credentialSeal(ctx, id, blob.expose());
  await ctx.deps.database.transaction(async (tx) => {
    await allowed(tx, ctx, id, rule);
    await requireParts(tx, { userId, projectId });
    await rowUpdate(tx, { id, userId, projectId, type, blobBox: await sealed.text(tx) });
  });
  return { id, userId, projectId, type, blob };
}

export async function credentialDelete(ctx: IdentityCtx, id: string): Promise<void> {
  await ctx.deps.database.transaction(async (tx) => {
    await allowed(tx, ctx, id, "identity:delete_credential");
    await rowDelete(tx, id);
  });
}

async function allowed(db: Db, ctx: IdentityCtx, id: string, rule: string): Promise<Credential> {
  const credential = await credentialFind(db, id);
  ctx.enforce(rule, credential ? ownedBy(credential.userId) : {});
  if (!credential) throw notFound("credential", id);
  requireCovered(ctx, credential.projectId);
  return credential;
}

function ownedBy(userId: string): PolicyTarget {
  return { "target.credential.user_id": userId };
}

async function requireParts(
  db: Db,
  { userId, projectId }: Pick<Credential, "userId" | "projectId">,
): Promise<void> {
  await userFetch(db, userId);
  if (projectId !== undefined) await nodeFetch(db, projectId);
}

function marked({ caller }: IdentityCtx, blob: Ec2Blob): Ec2Blob {
  const { kind, id } = caller.delegation ?? {};
  if (kind === "trust") return { ...blob, trust_id: id };
  if (kind === "application_credential") return { ...blob, app_cred_id: id };
  return { ...blob, access_token_id: id };
}

function refuseUnbound(old: OpenCredential, blob: Ec2Blob): void {
  const before: Partial<Ec2Blob> = old.type.toLowerCase() === ec2Type ? ec2BlobParse(old.blob.expose()) : {};
  for (const key of ec2Delegations) {
    if ((before[key] ?? undefined) !== (blob[key] ?? undefined))
      throw new CloudError("invalid", `${key} can not be updated for credential`);
  }
}

function projectMissing(): CloudError {
  return new CloudError(
    "invalid",
    "Expecting to find project_id in credential: an EC2 one is for a project.",
  );
}
