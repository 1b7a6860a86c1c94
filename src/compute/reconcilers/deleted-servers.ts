import type { ComputeDeps } from "../app/deps.ts";
import { deletedServersPrune } from "../store/deleted-servers.ts";

/** How long lists of what changed tell of a server that is gone. */
const keptMs = 30 * 24 * 3_600_000;

export async function deletedServersForget({ database, clock }: ComputeDeps): Promise<void> {
  await database.transaction((tx) => deletedServersPrune(tx, clock.now() - keptMs));
}
