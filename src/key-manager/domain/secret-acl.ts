import type { PolicyTarget } from "#policy/index.ts";
import type { Secret } from "./secret.ts";

/** Who may read a secret beside, or in spite of, the roles in its project. Barbican knows the operation `read` only. */
export interface SecretAcl {
  /** False makes the secret private: its creator, project admins and the named users alone may read it. */
  readonly projectAccess: boolean;
  readonly users: readonly string[];
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface SecretAclChange {
  readonly projectAccess: boolean | undefined;
  readonly users: readonly string[] | undefined;
}

/** PUT: what is not said gets its default. */
export function aclReplace(old: SecretAcl | undefined, change: SecretAclChange, now: number): SecretAcl {
  return {
    projectAccess: change.projectAccess ?? true,
    users: [...new Set(change.users)],
    createdAt: old?.createdAt ?? now,
    updatedAt: now,
  };
}

/** PATCH: what is not said stays. */
export function aclUpdate(old: SecretAcl | undefined, change: SecretAclChange, now: number): SecretAcl {
  const projectAccess = change.projectAccess ?? old?.projectAccess;
  return aclReplace(old, { projectAccess, users: change.users ?? old?.users }, now);
}

/** What policy rules are checked against: Barbican's names and Python's words for truth. */
export function secretPolicyTarget(secret: Secret, acl: SecretAcl | undefined, userId: string): PolicyTarget {
  return {
    "target.secret.project_id": secret.projectId,
    "target.secret.creator_id": secret.creatorId,
    "target.secret.read_project_access": (acl?.projectAccess ?? true) ? "True" : "False",
    ...(acl?.users.includes(userId) === true ? { "target.secret.read": "read" } : {}),
  };
}
