/** What is done with the passphrase of a TPM. */
export const auditEventNames = [
  "created",
  "read",
  "sealed",
  /** A host opens the one that it keeps itself (mode `host`). */
  "used",
  "denied",
  "deleted",
  /** An operator chose the state with which the TPM goes on; the passphrase stays the same. */
  "restored",
] as const;
export type AuditEventName = (typeof auditEventNames)[number];

/** What can be told of one use. The passphrase itself is never part of it. */
export interface AuditEvent {
  readonly event: AuditEventName;
  readonly result: "success" | "denied" | "error";
  /** Why it did not succeed; of a restore, why it was made. */
  readonly reason?: string | undefined;
  /** For what: `create`, `start`, `reboot`, `resume`, `delete`, as in the server's actions. */
  readonly operation: string;
  /** The API request that it was done for; none: the cloud's own tidying up. */
  readonly requestId: string | undefined;
  /** Who asked for it. */
  readonly userId: string | undefined;
  readonly projectId: string | undefined;
  /** Whose the passphrase is. */
  readonly ownerUserId: string | undefined;
  readonly ownerProjectId: string | undefined;
  readonly serverId: string;
  /** The key manager's; not known when it was never stored. */
  readonly secretId?: string | undefined;
  /** To which host it was sealed. */
  readonly hostId?: string | undefined;
  readonly host?: string | undefined;
}

export interface AuditEntry extends AuditEvent {
  /** In the order of time. */
  readonly id: string;
  readonly at: number;
}

export interface AuditFilter {
  readonly serverId?: string | undefined;
  readonly event?: AuditEventName | undefined;
  /** Both are included. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
}
