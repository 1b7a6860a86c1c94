import { CloudError } from "#base/errors.ts";
import type { DatabaseAddress, Migrations } from "#db/index.ts";
import type { Command } from "./command.ts";

export const db: Command = {
  summary: "brings the database to the newest schema, or shows it",
  arguments: "migrate|status",
  description: `migrate   brings the database to this version's schema (each start does that too)
status    shows where the database is and which migrations are in it; needs no stopped cloud`,
  async run({ config, rest }) {
    const [verb] = rest;
    const { databaseLabel, openDatabase } = await import("#db/index.ts");
    const { allMigrations } = await import("../control-plane.ts");
    const { database: address } = config;
    if (verb === "status") {
      const lines = await migrationsShow(address, allMigrations);
      console.log([databaseLabel(address), ...lines].join("\n"));
      return 0;
    }
    if (verb !== "migrate")
      throw new CloudError("invalid", "db takes one of: migrate, status. See sealstone db --help.");
    const { stateFolderOpen } = await import("../state-folder.ts");
    const state = await stateFolderOpen(config.statePath);
    try {
      const database = await openDatabase({ address, migrations: allMigrations });
      await database.close();
    } finally {
      await state.release();
    }
    const count = Object.keys(allMigrations).length;
    console.log(`${databaseLabel(address)}: at the newest schema (${count} migrations).`);
    return 0;
  },
};

async function migrationsShow(address: DatabaseAddress, all: Migrations): Promise<string[]> {
  const { migrationList } = await import("#db/index.ts");
  const applied = await migrationList(address);
  const names = new Set([...Object.keys(all), ...applied]);
  return [...names].toSorted().map((name) => `${applied.includes(name) ? "applied" : "missing"}  ${name}`);
}
