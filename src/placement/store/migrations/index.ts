import type { Migrations } from "#db/index.ts";
import { migration } from "./0003-placement.ts";

export const placementMigrations: Migrations = { "0003-placement": migration };
