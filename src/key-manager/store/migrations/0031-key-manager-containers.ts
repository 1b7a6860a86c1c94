import type { Migration } from "#db/index.ts";

/** Containers name secrets; they have ACLs and consumers of their own. */
export const keyManagerContainers: Migration = {
  up: async (db) => {
    await db.schema
      .createTable("key_manager_containers")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("project_id", "text", (column) => column.notNull())
      .addColumn("creator_id", "text", (column) => column.notNull())
      .addColumn("name", "text")
      .addColumn("type", "text", (column) => column.notNull())
      .addColumn("created_at", "bigint", (column) => column.notNull())
      .addColumn("updated_at", "bigint", (column) => column.notNull())
      .execute();
    await db.schema
      .createIndex("key_manager_containers_project")
      .on("key_manager_containers")
      .columns(["project_id", "created_at", "id"])
      .execute();
    const containerId = "container_id";
    await db.schema
      .createTable("key_manager_container_secrets")
      .addColumn(containerId, "text", (column) =>
        column.notNull().references("key_manager_containers.id").onDelete("cascade"),
      )
      .addColumn("position", "integer", (column) => column.notNull())
      .addColumn("name", "text")
      .addColumn("secret_id", "text", (column) =>
        column.notNull().references("key_manager_secrets.id").onDelete("cascade"),
      )
      .addPrimaryKeyConstraint("key_manager_container_secrets_key", [containerId, "position"])
      .execute();
    await db.schema
      .createIndex("key_manager_container_secrets_secret")
      .on("key_manager_container_secrets")
      .column("secret_id")
      .execute();
    await db.schema
      .createTable("key_manager_container_consumers")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn(containerId, "text", (column) =>
        column.notNull().references("key_manager_containers.id").onDelete("cascade"),
      )
      .addColumn("project_id", "text", (column) => column.notNull())
      .addColumn("name", "text", (column) => column.notNull())
      .addColumn("url", "text", (column) => column.notNull())
      .addColumn("created_at", "bigint", (column) => column.notNull())
      .addColumn("updated_at", "bigint", (column) => column.notNull())
      .addUniqueConstraint("key_manager_container_consumers_once", [containerId, "name", "url"])
      .execute();
    await db.schema
      .createIndex("key_manager_container_consumers_project")
      .on("key_manager_container_consumers")
      .column("project_id")
      .execute();
    await db.schema
      .createTable("key_manager_container_acls")
      .addColumn(containerId, "text", (column) =>
        column.primaryKey().references("key_manager_containers.id").onDelete("cascade"),
      )
      .addColumn("project_access", "integer", (column) => column.notNull())
      .addColumn("created_at", "bigint", (column) => column.notNull())
      .addColumn("updated_at", "bigint", (column) => column.notNull())
      .execute();
    await db.schema
      .createTable("key_manager_container_acl_users")
      .addColumn(containerId, "text", (column) =>
        column.notNull().references("key_manager_container_acls.container_id").onDelete("cascade"),
      )
      .addColumn("user_id", "text", (column) => column.notNull())
      .addPrimaryKeyConstraint("key_manager_container_acl_users_key", [containerId, "user_id"])
      .execute();
  },
};
