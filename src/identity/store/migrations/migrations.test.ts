import { sql } from "kysely";
import { expect, test } from "vitest";
import type { Migrations } from "#db/index.ts";
import { openTestDatabase } from "#db/testing/index.ts";
import { roleListEffective } from "../assignments.ts";
import { migration0001 } from "./0001-identity.ts";
import { migration0010 } from "./0010-identity-actors.ts";

/** A cloud of before there were groups, with one user's role on a project; migrations run by their names. */
const old: Migrations = {
  "0001-identity": migration0001,
  "0001-rows-of-the-test": {
    async up(db) {
      const rows = [
        sql`insert into identity_domains (id, name, description, enabled) values ('d', 'D', '', 1)`,
        sql`insert into identity_projects (id, domain_id, parent_id, name, description, enabled, tags, extra)
          values ('p', 'd', 'd', 'P', '', 1, '[]', '{}')`,
        sql`insert into identity_users (id, domain_id, name, enabled, extra) values ('u', 'd', 'U', 1, '{}')`,
        sql`insert into identity_roles (id, name, immutable) values ('r1', 'writer', 1), ('r2', 'reader', 0)`,
        sql`insert into identity_implied_roles (prior_role_id, implied_role_id) values ('r1', 'r2')`,
        sql`insert into identity_assignments (user_id, scope_kind, scope_id, role_id)
          values ('u', 'project', 'p', 'r1')`,
      ];
      for (const row of rows) await row.execute(db);
    },
  },
};

test("an older cloud keeps its roles, what they imply, and who has them", async () => {
  const database = await openTestDatabase({ ...old, "0010-identity-actors": migration0010 });
  try {
    const roles = await roleListEffective(database.db, "u", { kind: "project", id: "p" });
    expect(roles).toEqual([
      { id: "r2", name: "reader" },
      { id: "r1", name: "writer" },
    ]);
    expect(await roleListEffective(database.db, "u", { kind: "domain", id: "p" })).toEqual([]);
  } finally {
    await database.close();
  }
});
