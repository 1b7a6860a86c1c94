import { expect, test } from "vitest";
import { sqliteErrorOf, sqliteOpen } from "./sqlite.ts";

test("a full disk is `unavailable` and says so; other errors stay what they are", () => {
  const database = sqliteOpen(":memory:", { readOnly: false });
  database.exec("CREATE TABLE t (bytes BLOB NOT NULL); PRAGMA max_page_count = 4;");
  const failure = (sql: string): unknown => {
    try {
      database.exec(sql);
    } catch (error) {
      return sqliteErrorOf(error);
    }
    throw new Error(`${sql} did not fail`);
  };
  expect(failure("INSERT INTO t VALUES (zeroblob(100000))")).toMatchObject({
    name: "CloudError",
    code: "unavailable",
    message: "The disk of the database is full: nothing can be changed until there is room.",
  });
  expect(failure("INSERT INTO t VALUES (NULL)")).toMatchObject({ name: "Error" });
  database.close();
});
