import type { Tx } from "#db/index.ts";
import type { Server, ServerFlavor } from "../domain/server.ts";
import { serverFind, serverRename } from "./servers.ts";

/** What counts against the quotas of a server's project and user. */
export type ServerHeld = Pick<ServerFlavor, "vcpus" | "memoryMiB">;

/** Gives the server another flavor and TPM, as they are told, and nothing else. */
export async function serverFlavorSet(
  tx: Tx,
  id: string,
  { flavor, tpm }: { readonly flavor: ServerFlavor; readonly tpm?: Server["tpm"] },
  now: number,
): Promise<void> {
  const server = await serverFind(tx, id);
  if (!server) return;
  await serverRename(tx, { ...server, flavor, tpm }, now);
  await tx.updateTable("compute_servers").set({ flavor_id: flavor.id }).where("id", "=", id).execute();
  await tx
    .updateTable("compute_server_usages")
    .set({
      flavor_name: flavor.name,
      memory_mib: flavor.memoryMiB,
      vcpus: flavor.vcpus,
      disk_gib: flavor.rootGiB + flavor.ephemeralGiB,
    })
    .where("server_id", "=", id)
    .execute();
}

export async function serverHeldSet(tx: Tx, id: string, held: ServerHeld, now: number): Promise<void> {
  await tx
    .updateTable("compute_servers")
    .set((row) => ({
      version: row("version", "+", 1),
      vcpus: held.vcpus,
      memory_mib: held.memoryMiB,
      updated_at: now,
    }))
    .where("id", "=", id)
    .execute();
}
