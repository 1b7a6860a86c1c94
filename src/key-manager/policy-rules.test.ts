import { expect, test } from "vitest";
import { startKeyManager } from "./testing/start-key-manager.ts";

/** Rules as operators of Barbican have them in their policy.yaml. */
const carriedOver = {
  older: {
    "secrets:post": "rule:admin_or_creator",
    "secret:get": "rule:secret_non_private_read or rule:secret_project_creator or rule:secret_acl_read",
    "secret:delete":
      "rule:secret_project_admin or rule:secret_project_creator or " +
      "(rule:secret_project_creator_role and not rule:secret_private_read)",
  },
  newer: {
    "secrets:post": "True:%(enforce_new_defaults)s and role:member",
    "secret:get":
      "True:%(enforce_new_defaults)s and (role:admin or (rule:secret_project_member and rule:secret_owner) or " +
      "(rule:secret_project_member and rule:secret_is_not_private) or rule:secret_acl_read)",
    "secret:delete": "True:%(enforce_new_defaults)s and rule:secret_project_admin",
  },
} as const;

test.each([
  ["older", ["creator", "observer", "audit", "admin"], ["member", "reader"], "creator"],
  ["newer", ["member", "admin"], ["creator", "observer", "reader"], "member"],
] as const)(
  "an operator's %s rules of Barbican say what they say there",
  async (which, read, not, stores) => {
    const cloud = await startKeyManager(carriedOver[which]);
    const secret = await cloud.make(`p/u/${stores}`, "/v1/secrets", { name: "s" });
    const statuses = async (roles: readonly string[], method: "GET" | "DELETE"): Promise<Set<number>> =>
      new Set(
        await Promise.all(
          roles.map(async (role) => (await cloud.send(`p/another/${role}`, method, secret)).status),
        ),
      );
    expect(await statuses(read, "GET")).toEqual(new Set([200]));
    expect(await statuses(not, "GET")).toEqual(new Set([403]));
    expect(await statuses(not, "DELETE")).toEqual(new Set([403]));
    const post = async (role: string): Promise<number> =>
      (await cloud.send(`p/u/${role}`, "POST", "/v1/secrets", {})).status;
    expect([await post(stores), await post(not[0])]).toEqual([201, 403]);
    expect(await statuses(["admin"], "DELETE")).toEqual(new Set([204]));
    await cloud.close();
  },
);
