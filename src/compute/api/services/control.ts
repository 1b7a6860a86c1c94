/** What Nova runs as services beside its hosts' and the control plane is itself: up whenever it answers. */
import { createHash } from "node:crypto";
import { isoMicroseconds } from "#base/clock.ts";
import { CloudError } from "#base/errors.ts";
import { atLeast } from "#http/index.ts";
import type { ComputeCtx } from "../../app/deps.ts";
import { computeBinary } from "./view.ts";

/** `[DEFAULT] internal_service_availability_zone` */
export const internalZone = "internal";

/** By their name in `os-hosts`. */
export const controlBinaries = { conductor: "nova-conductor", scheduler: "nova-scheduler" } as const;

/** Where clients see numbers: behind those of all hosts. */
const firstNumber = 2_000_000_001;

function idOf(ctx: ComputeCtx, binary: string): string | number {
  if (!atLeast(ctx, "2.53")) return firstNumber + Object.values<string>(controlBinaries).indexOf(binary);
  const hex = createHash("sha256").update(`${ctx.deps.ownerId} ${binary}`).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** As `serviceView` shows a host's. */
export function controlServices(
  ctx: ComputeCtx,
): readonly { readonly binary: string; readonly host: string }[] {
  return Object.values(controlBinaries).map((binary) => ({
    id: idOf(ctx, binary),
    binary,
    host: ctx.deps.controlHost,
    zone: internalZone,
    status: "enabled",
    state: "up",
    updated_at: isoMicroseconds(ctx.clock.now()),
    disabled_reason: null,
    ...(atLeast(ctx, "2.11") ? { forced_down: false } : {}),
  }));
}

/** Throws `invalid` when the id is one of theirs: only hosts are changed. */
export function controlServiceRefuse(ctx: ComputeCtx, id: string): void {
  const binary = Object.values(controlBinaries).find((name) => String(idOf(ctx, name)) === id);
  if (binary === undefined) return;
  throw new CloudError(
    "invalid",
    `Updating a ${binary} service is not supported. Only ${computeBinary} services can be updated.`,
  );
}
