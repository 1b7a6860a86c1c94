import type { Client } from "./client.ts";

export const tpmModes = ["user", "host", "deployment"] as const;
export type TpmMode = (typeof tpmModes)[number];

/** What an operation asks of who asks for it. */
export type OperationKind =
  /** The domain is started or restored: the passphrase is used. */
  | "starts"
  /** The passphrase is read, and what the host keeps of it does not help. */
  | "reads"
  /** A new TPM instead of the old one, whose passphrase belongs to who asks. */
  | "replaces"
  | "plain"
  | "administrators";

export type ActorName = "owner" | "member" | "reader" | "stranger" | "admin";

export interface Actor {
  readonly who: string;
  readonly client: ActorName;
  /** What the owner says of the secret before: who else may read it, and whether the project may. */
  readonly acl?: (self: Client) => object;
  /** The answer; 202 stands for what the operation answers when it accepts. */
  readonly answers: Readonly<Record<OperationKind, Readonly<Record<TpmMode, number>>>>;
}

const everywhere = (status: number) => ({ user: status, host: status, deployment: status });
const all = (status: number): Actor["answers"] => ({
  starts: everywhere(status),
  reads: everywhere(status),
  replaces: everywhere(status),
  plain: everywhere(status),
  administrators: everywhere(status),
});
const ofProject = { ...all(202), administrators: everywhere(403) };
const withoutSecret = { user: 403, host: 403, deployment: 202 };
const isPrivate = () => ({ read: { "project-access": false } });
const names = (self: Client) => ({ read: { users: [self.userId] } });

/** Who may do what: VTPM.md's table. Whoever is new, a line. */
export const tpmActors: readonly Actor[] = [
  { who: "owner", client: "owner", answers: ofProject },
  { who: "owner, the secret being private", client: "owner", acl: isPrivate, answers: ofProject },
  { who: "another member of the project", client: "member", answers: ofProject },
  {
    who: "another member, the secret being private",
    client: "member",
    acl: isPrivate,
    answers: { ...ofProject, starts: withoutSecret, reads: withoutSecret },
  },
  { who: "a reader of the project", client: "reader", answers: all(403) },
  { who: "a member of another project", client: "stranger", answers: all(404) },
  {
    who: "a member of another project whom the ACL names",
    client: "stranger",
    acl: names,
    answers: all(404),
  },
  {
    who: "administrator",
    client: "admin",
    answers: {
      ...all(202),
      starts: { user: 403, host: 202, deployment: 202 },
      reads: withoutSecret,
      replaces: withoutSecret,
    },
  },
  {
    who: "administrator whom the ACL names",
    client: "admin",
    acl: names,
    answers: { ...all(202), replaces: withoutSecret },
  },
];
