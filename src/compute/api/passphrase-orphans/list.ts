import { Type } from "typebox";
import { isoSeconds } from "#base/clock.ts";
import { operation } from "#http/index.ts";
import type { ComputeDeps } from "../../app/deps.ts";
import { passphraseOrphansOf } from "../../app/passphrase-orphans.ts";
import { passphraseSecretName } from "../../app/passphrase.ts";

const defaultLimit = 100;
const maxLimit = 1_000;

const Query = Type.Object(
  {
    limit: Type.Optional(Type.String({ pattern: "^[1-9][0-9]{0,8}$" })),
    offset: Type.Optional(Type.String({ pattern: "^[0-9]{1,9}$" })),
  },
  { additionalProperties: false },
);

/** GET /sealstone-passphrase-orphans: the oldest first, of all projects. */
export const passphraseOrphanList = operation<ComputeDeps, undefined, typeof Query>({
  query: Query,
  handle: async (ctx, { query }) => {
    const limit = Math.min(Number(query.limit ?? defaultLimit), maxLimit);
    const offset = Number(query.offset ?? 0);
    const orphans = await passphraseOrphansOf(ctx, { limit: limit + 1, offset });
    const next = new URLSearchParams({ limit: String(limit), offset: String(offset + limit) }).toString();
    return {
      passphrase_orphans: orphans.slice(0, limit).map((orphan) => ({
        server_id: orphan.serverId,
        secret_id: orphan.secretId ?? null,
        secret_name: passphraseSecretName(orphan),
        project_id: orphan.projectId,
        user_id: orphan.userId,
        reason: orphan.reason,
        created_at: isoSeconds(orphan.createdAt),
      })),
      ...(orphans.length > limit ? { next: `${ctx.baseUrl}/v2.1/sealstone-passphrase-orphans?${next}` } : {}),
    };
  },
});
