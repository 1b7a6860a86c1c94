import { CloudError } from "#base/errors.ts";
import { x509Fingerprint, x509Generate } from "../domain/x509-certificate.ts";
import { sshFingerprint, sshKeyGenerate } from "../domain/ssh-key.ts";
import { keypairDelete, keypairFind, keypairInsert, keypairList, type Keypair } from "../store/keypairs.ts";
import type { ComputeCtx } from "./deps.ts";
import { keypairQuotaCheck } from "./quota.ts";

/** Another user's key pairs are an administrator's business (2.10). */
function ownerOf(ctx: ComputeCtx, userId: string | undefined, rule: string): string {
  const owner = userId ?? ctx.caller.userId;
  ctx.enforce(rule, { user_id: owner });
  return owner;
}

export async function keypairFetch(ctx: ComputeCtx, name: string, userId?: string): Promise<Keypair> {
  const owner = ownerOf(ctx, userId, "os_compute_api:os-keypairs:show");
  const found = await keypairFind(ctx.deps.database.db, owner, name);
  if (found) return found;
  throw new CloudError("not-found", `Keypair ${name} not found for user ${owner}`);
}

export async function keypairsOf(ctx: ComputeCtx, userId?: string): Promise<Keypair[]> {
  return keypairList(ctx.deps.database.db, ownerOf(ctx, userId, "os_compute_api:os-keypairs:index"));
}

/** Imports `publicKey`, or makes a pair whose private half is answered once and never kept. */
export async function keypairCreate(
  ctx: ComputeCtx,
  input: {
    readonly name: string;
    readonly type: string;
    readonly publicKey?: string;
    readonly userId?: string;
  },
): Promise<{ readonly keypair: Keypair; readonly privateKey: string | undefined }> {
  const owner = ownerOf(ctx, input.userId, "os_compute_api:os-keypairs:create");
  const make = (): { readonly publicKey: string; readonly privateKey: string } =>
    input.type === "x509" ? x509Generate(owner, ctx.clock.now()) : sshKeyGenerate("Generated-by-Sealstone");
  const made = input.publicKey === undefined ? make() : undefined;
  const publicKey = input.publicKey ?? made?.publicKey ?? "";
  const keypair: Keypair = {
    user_id: owner,
    name: input.name,
    type: input.type,
    fingerprint: input.type === "x509" ? x509Fingerprint(publicKey) : sshFingerprint(publicKey),
    public_key: publicKey,
    created_at: ctx.clock.now(),
  };
  await ctx.deps.database.transaction(async (tx) => {
    if (await keypairFind(tx, owner, input.name)) {
      throw new CloudError("already-exists", `Key pair '${input.name}' already exists.`);
    }
    await keypairQuotaCheck(tx, owner, ctx.caller.projectId);
    await keypairInsert(tx, keypair);
  });
  return { keypair, privateKey: made?.privateKey };
}

export async function keypairRemove(ctx: ComputeCtx, name: string, userId?: string): Promise<void> {
  const owner = ownerOf(ctx, userId, "os_compute_api:os-keypairs:delete");
  await ctx.deps.database.transaction(async (tx) => {
    if (!(await keypairFind(tx, owner, name))) {
      throw new CloudError("not-found", `Keypair ${name} not found for user ${owner}`);
    }
    await keypairDelete(tx, owner, name);
  });
}
