import { CloudError } from "#base/errors.ts";
import { migrationList, openDatabase } from "#db/index.ts";
import { allMigrations } from "../control-plane.ts";
import { stateFolderOpen } from "../state-folder.ts";
import type { Command } from "./command.ts";

export const db: Command = {
  summary: "brings the database to the newest schema, or shows it",
  arguments: "migrate|status",
  description: `migrate   brings the database to this version's schema (each start does that too)
status    shows which migrations are in the database; needs no stopped cloud`,
  async run({ config, rest }) {
    const [verb] = rest;
    if (verb === "status") {
      for (const line of await migrationsShow(config.databasePath)) console.log(line);
      return 0;
    }
    if (verb !== "migrate")
      throw new CloudError("invalid", "db takes one of: migrate, status. See sealstone db --help.");
    const state = await stateFolderOpen(config.statePath);
    const database = await openDatabase({ path: config.databasePath, migrations: allMigrations });
    await database.close();
    await state.release();
    console.log(
      `${config.databasePath}: at the newest schema (${Object.keys(allMigrations).length} migrations).`,
    );
    return 0;
  },
};

async function migrationsShow(path: string): Promise<string[]> {
  const applied = await migrationList(path);
  const names = new Set([...Object.keys(allMigrations), ...applied]);
  return [...names].toSorted().map((name) => `${applied.includes(name) ? "applied" : "missing"}  ${name}`);
}
