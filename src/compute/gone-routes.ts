import { action, route, type Route } from "#http/index.ts";
import { gone } from "./api/gone/gone.ts";
import type { ComputeDeps } from "./app/deps.ts";

type Method = Route<ComputeDeps>["method"];

/** nova.api.openstack.compute.routes: whatever is marked there as removed. */
const removed: readonly (readonly [string, readonly Method[]])[] = [
  ["/os-agents", ["GET", "POST"]],
  ["/os-agents/:id", ["PUT", "DELETE"]],
  ["/os-cells", ["GET", "POST"]],
  ["/os-cells/capacities", ["GET"]],
  ["/os-cells/detail", ["GET"]],
  ["/os-cells/info", ["GET"]],
  ["/os-cells/sync_instances", ["POST"]],
  ["/os-cells/:id", ["GET", "PUT", "DELETE"]],
  ["/os-cells/:id/capacities", ["GET"]],
  ["/os-certificates", ["POST"]],
  ["/os-certificates/:id", ["GET"]],
  ["/os-cloudpipe", ["GET", "POST"]],
  ["/os-cloudpipe/:id", ["PUT"]],
  ["/os-fixed-ips/:id", ["GET"]],
  ["/os-fixed-ips/:id/action", ["POST"]],
  ["/os-floating-ip-dns", ["GET"]],
  ["/os-floating-ip-dns/:id", ["PUT", "DELETE"]],
  ["/os-floating-ip-dns/:domain_id/entries/:id", ["GET", "PUT", "DELETE"]],
  ["/os-floating-ips-bulk", ["GET", "POST"]],
  ["/os-floating-ips-bulk/:id", ["GET", "PUT"]],
  ["/os-fping", ["GET"]],
  ["/os-fping/:id", ["GET"]],
  ["/os-security-group-default-rules", ["GET", "POST"]],
  ["/os-security-group-default-rules/:id", ["GET", "DELETE"]],
  ["/servers/:id/consoles", ["GET", "POST"]],
  ["/servers/:id/consoles/:console_id", ["GET", "DELETE"]],
  ["/servers/:id/os-virtual-interfaces", ["GET"]],
];

const anybody = { policy: "authenticated" };

export const goneRoutes: readonly Route<ComputeDeps>[] = [
  ...removed.flatMap(([path, methods]) =>
    methods.map((method) => route(method, `/v2.1${path}`, gone, anybody)),
  ),
  action("/v2.1/servers/:id/action", "resetNetwork", gone, anybody),
];
