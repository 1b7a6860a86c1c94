import type { Generated, Insertable, Selectable } from "kysely";
import type { Db, Tx } from "#db/index.ts";

export interface ServerActionRow {
  request_id: string;
  server_id: string;
  /** `create`, `stop`, `reboot`, …: Nova's instance_actions names. */
  action: string;
  /** `compute__do_build_and_run_instance`, …: the event under it; empty when nothing happens on a host. */
  event: string;
  project_id: string;
  user_id: string;
  /** Of the token that asked, where `project_id` is the server's; not known of old actions. */
  caller_project_id: Generated<string | null>;
  host_id: string | null;
  message: string | null;
  details: string | null;
  result: "Success" | "Error" | null;
  started_at: number;
  finished_at: number | null;
}

declare module "#db/tables.ts" {
  interface Tables {
    compute_server_actions: ServerActionRow;
  }
}

export type ServerAction = Readonly<Selectable<ServerActionRow>>;

export async function serverActionInsert(tx: Tx, action: Insertable<ServerActionRow>): Promise<void> {
  await tx.insertInto("compute_server_actions").values(action).execute();
}

export async function serverActionFinish(
  tx: Tx,
  key: { readonly serverId: string; readonly requestId: string },
  outcome: {
    readonly result: "Success" | "Error";
    readonly details?: string;
    readonly hostId?: string | undefined;
  },
  now: number,
): Promise<void> {
  await tx
    .updateTable("compute_server_actions")
    .set({
      finished_at: now,
      result: outcome.result,
      message: outcome.result === "Error" ? "Error" : null,
      details: outcome.details ?? null,
      ...(outcome.hostId === undefined ? {} : { host_id: outcome.hostId }),
    })
    .where("server_id", "=", key.serverId)
    .where("request_id", "=", key.requestId)
    .execute();
}

/** Newest first. They outlive their server, as Nova's do. */
export async function serverActionList(db: Db, serverId: string): Promise<ServerAction[]> {
  return db
    .selectFrom("compute_server_actions")
    .selectAll()
    .where("server_id", "=", serverId)
    .orderBy("started_at", "desc")
    .orderBy("request_id")
    .execute();
}

export async function serverActionFind(
  db: Db,
  serverId: string,
  requestId: string,
): Promise<ServerAction | undefined> {
  return db
    .selectFrom("compute_server_actions")
    .selectAll()
    .where("server_id", "=", serverId)
    .where("request_id", "=", requestId)
    .executeTakeFirst();
}
