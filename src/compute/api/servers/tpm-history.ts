import { isoSeconds } from "#base/clock.ts";
import { operation } from "#http/index.ts";
import type { ComputeDeps } from "../../app/deps.ts";
import { tpmHistory } from "../../app/tpm-vault-history.ts";

/** GET /servers/{id}/sealstone:tpm/history: newest first. `kept`: the state itself is there, not its hash alone. */
export const serverTpmHistory = operation<ComputeDeps>({
  handle: async (ctx, { params }) => {
    const { generations, hostnames, server, vault } = await tpmHistory(ctx, params["id"] ?? "");
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
    };
  },
});
