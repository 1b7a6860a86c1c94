import type { Migrations } from "#db/index.ts";
import { migration as placement } from "./0003-placement.ts";
import { migration as changed } from "./0023-placement-changed.ts";
import { migration as ledgerLock } from "./0028-placement-ledger-lock.ts";

export const placementMigrations: Migrations = {
  "0003-placement": placement,
  "0023-placement-changed": changed,
  "0028-placement-ledger-lock": ledgerLock,
};
