import { Type } from "typebox";
import { isoSeconds } from "#base/clock.ts";
import { operation } from "#http/index.ts";
import type { ComputeDeps } from "../../app/deps.ts";
import { tpmHistory } from "../../app/tpm-vault-history.ts";
import { nextLinks } from "../links.ts";
import { maxLimit } from "../paging.ts";

const Query = Type.Object(
  {
    /** The generation that the page before ended with. */
    marker: Type.Optional(Type.String({ pattern: "^[0-9]{1,9}$" })),
    limit: Type.Optional(Type.String({ pattern: "^[1-9][0-9]{0,8}$" })),
  },
  { additionalProperties: false },
);

/** GET /servers/{id}/sealstone:tpm/history: newest first, in pages. `kept`: the state itself is there, not its hash alone. */
export const serverTpmHistory = operation<ComputeDeps, undefined, typeof Query>({
  query: Query,
  handle: async (ctx, { params, query }) => {
    const { generations, hostnames, more, server, vault } = await tpmHistory(ctx, params["id"] ?? "", {
      before: query.marker === undefined ? undefined : Number(query.marker),
      limit: Math.min(Number(query.limit ?? maxLimit), maxLimit),
    });
    const path = `/servers/${server.id}/sealstone:tpm/history`;
    const lastId = String(generations.at(-1)?.generation);
    const links = nextLinks(ctx, path, { query, lastId, full: more });
    const nameOf = (hostId: string): string => hostnames.get(hostId) ?? hostId;
    const { interval, restorePending, save } = vault;
    return {
      "sealstone:tpm_history": {
        server_id: server.id,
        running_interval:
          interval === undefined
            ? null
            : { host: nameOf(interval.hostId), opened_at: isoSeconds(interval.openedAt) },
        memory_image: save === undefined ? null : { sha256: save.sha256, generation: save.generation },
        restore_pending: restorePending,
        generations: generations.map(({ generation, sha256, size, hostId, at, cause, kept }) => ({
          generation,
          sha256,
          size,
          host: nameOf(hostId),
          time: isoSeconds(at),
          cause,
          kept,
        })),
      },
      ...(links.length === 0 ? {} : { "sealstone:tpm_history_links": links }),
    };
  },
});
