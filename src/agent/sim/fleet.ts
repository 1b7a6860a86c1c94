import { join } from "node:path";
import type { Logger } from "#base/logger.ts";
import type { Bus } from "#bus/index.ts";
import { automatic } from "./conduct.ts";
import type { SimSettings, SimSize } from "./facts.ts";
import { simHostStart, type SimHost } from "./host.ts";

export interface SimFleetOptions {
  /** How many hosts. */
  readonly hosts: number;
  /** How long each command takes. */
  readonly commandMs: number;
  readonly size?: SimSize;
  readonly settings?: SimSettings;
}

export interface SimFleet {
  readonly hosts: readonly SimHost[];
  stop(): Promise<void>;
}

/** Starts simulated hosts `sim-001`, `sim-002`, … with their state below `folder`; resolves once the control plane knows them all. */
export async function simFleetStart(
  { hosts: count, commandMs, size, settings }: SimFleetOptions,
  { bus, log, folder }: { readonly bus: Bus; readonly log: Logger; readonly folder: string },
): Promise<SimFleet> {
  const names = Array.from({ length: count }, (_, index) => `sim-${String(index + 1).padStart(3, "0")}`);
  const hosts = await Promise.all(
    names.map((hostname) =>
      simHostStart({
        bus,
        log,
        hostname,
        folder: join(folder, hostname),
        conduct: automatic(commandMs),
        ...(size === undefined ? {} : { size }),
        ...(settings === undefined ? {} : { settings }),
      }),
    ),
  );
  const fleet: SimFleet = {
    hosts,
    async stop() {
      await Promise.all(hosts.map((host) => host.stop()));
    },
  };
  try {
    await Promise.all(hosts.map((host) => host.register()));
  } catch (error) {
    await fleet.stop();
    throw error;
  }
  return fleet;
}
