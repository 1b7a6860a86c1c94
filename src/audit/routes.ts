import { route, type Route } from "#http/index.ts";
import { auditEventListOperation } from "./api/events/list.ts";
import { versionList, versionShow } from "./api/versions/versions.ts";
import type { AuditDeps } from "./app/deps.ts";

export const auditRoutes: readonly Route<AuditDeps>[] = [
  route("GET", "/", versionList, { policy: "public" }),
  route("GET", "/v1", versionShow, { policy: "public" }),
  route("GET", "/v1/audit", auditEventListOperation, { policy: "sealstone:audit:list" }),
];
