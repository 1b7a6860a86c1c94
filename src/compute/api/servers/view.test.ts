import { expect, test } from "vitest";
import type { ComputeCtx } from "../../app/deps.ts";
import { aServer } from "../../domain/testing/a-server.ts";
import type { Host } from "../../store/hosts.ts";
import { serverDetail } from "./view.ts";

const now = 1_700_000_100_000;

function hostStatusOf(host: Partial<Host>): unknown {
  const ctx = {
    microversion: { major: 2, minor: 96 },
    allows: () => true,
    clock: { now: () => now },
    baseUrl: "http://cloud/compute",
    prefix: "/compute",
  } as unknown as ComputeCtx;
  const server = aServer();
  const hosts = new Map([
    [server.hostId ?? "", { hostname: "h", disabled: false, seenAt: now, ...host } as Host],
  ]);
  return (serverDetail(ctx, server, hosts) as Record<string, unknown>)["host_status"];
}

test("a host is up, in maintenance, or not heard of", () => {
  expect(hostStatusOf({})).toBe("UP");
  expect(hostStatusOf({ disabled: true })).toBe("MAINTENANCE");
  expect(hostStatusOf({ seenAt: now - 3_600_000 })).toBe("UNKNOWN");
});
