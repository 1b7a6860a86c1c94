import type { Migrations } from "#db/index.ts";
import { migration as placement } from "./0003-placement.ts";
import { migration as changed } from "./0023-placement-changed.ts";

export const placementMigrations: Migrations = {
  "0003-placement": placement,
  "0023-placement-changed": changed,
};
