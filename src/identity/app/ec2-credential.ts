import { newHexId } from "#base/ids.ts";
import type { Db } from "#db/index.ts";
import {
  ec2BlobParse,
  ec2CredentialId,
  ec2Type,
  type Credential,
  type Ec2Blob,
} from "../domain/credential.ts";
import { credentialDelete, credentialFind, credentialInsert, credentialList } from "../store/credentials.ts";
import type { IdentityCtx } from "./context.ts";
import { credentialOpen, credentialSeal, delegationCovers, requireCovered } from "./credential-box.ts";
import { refuseRestricted } from "./delegation.ts";
import { notFound } from "./failures.ts";
import { nodeFetch } from "./project-node.ts";
import { userFetch } from "./user.ts";

export interface Ec2Credential {
  readonly userId: string;
  readonly projectId: string | undefined;
  readonly blob: Ec2Blob;
}

/** A new pair of keys, as Keystone makes them. */
export async function ec2CredentialCreate(
  ctx: IdentityCtx,
  userId: string,
  projectId: string,
): Promise<Ec2Credential> {
  ctx.enforce("identity:ec2_create_credential", { "target.credential.user_id": userId });
  refuseRestricted(ctx, "credentials");
  requireCovered(ctx, projectId);
  const { delegation } = ctx.caller;
  const trustId = delegation?.kind === "trust" ? delegation.id : null;
  const blob = { access: newHexId(), secret: newHexId(), trust_id: trustId };
  const id = ec2CredentialId(blob.access);
  const sealed = await credentialSeal(ctx, id, JSON.stringify(blob));
  await ctx.deps.database.transaction(async (tx) => {
    await userFetch(tx, userId);
    await nodeFetch(tx, projectId);
    const blobBox = await sealed.text(tx);
    await credentialInsert(tx, { id, userId, projectId, type: ec2Type, blobBox });
  });
  return { userId, projectId, blob };
}

export async function ec2CredentialList(ctx: IdentityCtx, userId: string): Promise<Ec2Credential[]> {
  ctx.enforce("identity:ec2_list_credentials", { user_id: userId });
  const { db } = ctx.deps.database;
  await userFetch(db, userId);
  const found = await credentialList(db, { userId, type: ec2Type });
  const seen = found.filter(({ projectId }) => delegationCovers(ctx, projectId));
  return Promise.all(seen.map((credential) => opened(ctx, credential)));
}

export async function ec2CredentialFetch(
  ctx: IdentityCtx,
  userId: string,
  access: string,
): Promise<Ec2Credential> {
  const { db } = ctx.deps.database;
  return opened(ctx, await allowed(db, ctx, { userId, access, rule: "identity:ec2_get_credential" }));
}

export async function ec2CredentialDelete(ctx: IdentityCtx, userId: string, access: string): Promise<void> {
  await ctx.deps.database.transaction(async (tx) => {
    const { id } = await allowed(tx, ctx, { userId, access, rule: "identity:ec2_delete_credential" });
    await credentialDelete(tx, id);
  });
}

/** As in Keystone it is the credential's owner who counts; whoever the path names must only be there. */
async function allowed(
  db: Db,
  ctx: IdentityCtx,
  { userId, access, rule }: { userId: string; access: string; rule: string },
): Promise<Credential> {
  const id = ec2CredentialId(access);
  const credential = await credentialFind(db, id);
  if (credential?.type !== ec2Type) throw notFound("credential", id);
  ctx.enforce(rule, { "target.credential.user_id": credential.userId });
  requireCovered(ctx, credential.projectId);
  await userFetch(db, userId);
  return credential;
}

async function opened(ctx: IdentityCtx, credential: Credential): Promise<Ec2Credential> {
  const { userId, projectId, blob } = await credentialOpen(ctx, credential);
  return { userId, projectId, blob: ec2BlobParse(blob.expose()) };
}
