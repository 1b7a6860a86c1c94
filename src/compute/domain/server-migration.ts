import type { ServerFlavor, ServerTpm, VmState } from "./server.ts";

/** nova.objects.migration: how far a resize is. */
export type ServerMigrationStatus =
  | "pre-migrating"
  | "migrating"
  | "post-migrating"
  | "finished"
  | "confirming"
  | "confirmed"
  | "reverting"
  | "reverted"
  | "error";

/** Nothing is kept for these any more. */
export const endedMigrationStatuses: readonly ServerMigrationStatus[] = ["confirmed", "reverted", "error"];

/** What a server was before a resize. */
export interface ServerBefore {
  readonly flavor: ServerFlavor;
  readonly tpm?: ServerTpm | undefined;
  readonly vmState: VmState;
}

export interface ServerAfter {
  readonly flavor: ServerFlavor;
  readonly tpm?: ServerTpm | undefined;
}

/** Nova's record of a resize. Its `uuid` also names what is kept of the old server in the vault. */
export interface ServerMigration {
  readonly id: number;
  readonly uuid: string;
  readonly serverId: string;
  readonly projectId: string;
  /** Of whoever asked. */
  readonly userId: string;
  readonly type: "resize";
  readonly status: ServerMigrationStatus;
  readonly sourceHostId: string;
  readonly destHostId: string | undefined;
  readonly old: ServerBefore;
  readonly new: ServerAfter;
  readonly createdAt: number;
  readonly updatedAt: number | undefined;
}
