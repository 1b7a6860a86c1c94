import { isoMicroseconds } from "#base/clock.ts";
import { atLeast } from "#http/index.ts";
import type { ComputeCtx } from "../../app/deps.ts";
import type { Keypair } from "../../store/keypairs.ts";

/** An element of `GET /os-keypairs`. */
export function keypairSummary(ctx: ComputeCtx, keypair: Keypair): object {
  return {
    name: keypair.name,
    public_key: keypair.public_key,
    fingerprint: keypair.fingerprint,
    ...(atLeast(ctx, "2.2") ? { type: keypair.type } : {}),
  };
}

export function keypairDetail(ctx: ComputeCtx, keypair: Keypair): object {
  return {
    ...keypairSummary(ctx, keypair),
    user_id: keypair.user_id,
    id: keypair.created_at % 2_147_483_647,
    created_at: isoMicroseconds(keypair.created_at),
    updated_at: null,
    deleted: false,
    deleted_at: null,
  };
}
