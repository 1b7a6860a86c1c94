/** The token of whom the tests' secrets, containers and orders belong to. */
export const owner = "p1/owner/member";

/** Everybody the rules tell apart. */
export const callers = {
  owner,
  "owner, creator": "p1/owner/creator",
  member: "p1/second/member",
  creator: "p1/second/creator",
  admin: "p1/boss/admin",
  observer: "p1/second/observer",
  reader: "p1/second/reader",
  audit: "p1/second/audit",
  "foreign member": "p2/stranger/member",
  "foreign admin": "p2/boss/admin",
  "owner elsewhere": "p2/owner/member",
  unscoped: "/owner/member",
  "named in the ACL": "p2/friend/reader",
  "service user": "p-service/nova/service",
  "service user, admin": "p-service/nova/service,admin",
  "service admin": "p-keys/keeper/key-manager:service-admin",
} as const;
export type Who = keyof typeof callers;

export const everybody = Object.keys(callers) as Who[];
