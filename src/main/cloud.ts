import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createAgent, type Agent } from "#agent/index.ts";
import { simFleetStart, type SimFleetOptions } from "#agent/sim/fleet.ts";
import { simGuestWrite } from "#agent/sim/guest-files.ts";
import { systemClock } from "#base/clock.ts";
import type { Logger } from "#base/logger.ts";
import { createInProcessBus, type Bus } from "#bus/index.ts";
import type { Config } from "#config/index.ts";
import { agentConfigOf } from "./agent-config.ts";
import { barbicanNoticeTell } from "./barbican-notice.ts";
import { controlPlaneStart, type ControlPlane } from "./control-plane.ts";
import { memoryGiveBack } from "./give-back-memory.ts";
import { killAtMoment } from "./kill-at.ts";
import { policyOf } from "#policy/index.ts";
import { createLogger } from "./logger.ts";
import { policyRulesLoad } from "./policy-rules.ts";
import type { GuestFiles } from "./seeds.ts";
import { stateFolderOpen, type StateFolder } from "./state-folder.ts";

/** Whoever waited for the start is served by then. */
const giveBackAfterMs = 2_000;

export interface CloudOptions {
  readonly config: Config;
  /** Whether this machine is a compute host of the cloud. */
  readonly agent: boolean;
  readonly guest: GuestFiles | undefined;
  /** Simulated hosts, and a guest that passes for one on them. */
  readonly simulated?: SimFleetOptions;
}

/** Starts what one process is to run and prints where it is. */
export async function cloudStart({
  config,
  agent: withAgent,
  guest: realGuest,
  simulated,
}: CloudOptions): Promise<{ stop(): Promise<void> }> {
  const startedAt = systemClock.now();
  const policyRules = await policyRulesLoad(config.policyFile);
  const state = await stateFolderOpen(config.statePath);
  const logPath = join(state.path, "sealstone.log");
  const log = createLogger({ path: logPath, debug: config.debug });
  barbicanNoticeTell(config, log);
  endOnUnexpected(log);
  const stops: (() => Promise<void>)[] = [() => state.release()];
  const stop = async (): Promise<void> => {
    for (const end of stops.splice(0).toReversed()) await end();
  };
  try {
    const bus = createInProcessBus();
    stops.push(() => bus.close());
    const simFolder = join(state.path, "sim");
    const guest = simulated ? await simGuestWrite(join(simFolder, "guest")) : realGuest;
    const controlPlane = await controlPlaneStart({
      statePath: state.path,
      database: config.database,
      auditRetentionDays: config.audit.retentionDays,
      replicaId: `control-plane ${state.cloudId}`,
      address: config.api.listenAddress,
      port: config.api.listenPort,
      placementPort: config.placement.listenPort,
      publicUrl: config.api.publicUrl,
      bus,
      log: log.child({ part: "control-plane" }),
      policy: policyOf(policyRules),
      compute: {
        tpmGenerationsKept: config.tpmVault.generationsKept,
        forceConfigDrive: config.forceConfigDrive,
        intervals: config.intervals,
        sagaMoment: killAtMoment(process.env),
        shelvedOffloadTimeS: config.shelvedOffloadTimeS,
      },
      guest,
      barbican: config.keyManager.barbican,
      federation: config.federation,
      randomizeCandidates: config.placement.randomizeCandidates,
    });
    stops.push(() => controlPlane.stop());
    if (withAgent) {
      const agent = agentOf(config, { bus, log, state });
      // It ends after the control plane, which still sends it commands.
      stops.splice(-1, 0, () => agent.stop());
      await mkdir(join(state.path, "agent"), { recursive: true, mode: 0o700 });
      await agent.start();
      await hostKnown(agent);
    }
    if (simulated) {
      const fleet = await simFleetStart(simulated, {
        bus,
        log: log.child({ part: "sim" }),
        folder: simFolder,
      });
      stops.splice(-1, 0, () => fleet.stop());
    }
    announce(controlPlane, {
      logPath,
      durationMs: systemClock.now() - startedAt,
      withGuest: guest !== undefined,
    });
    setTimeout(memoryGiveBack, giveBackAfterMs).unref();
    return { stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function endOnUnexpected(log: Logger): void {
  const crashed = (error: unknown): void => {
    log.error(
      { error: error instanceof Error ? error.stack : String(error) },
      "the process ends: unexpected error",
    );
    console.error(error);
    process.exit(1);
  };
  process.on("uncaughtException", crashed);
  process.on("unhandledRejection", crashed);
}

/** A cloud that says it is up has its host: the first server finds it. Says what it waits for when that takes time. */
async function hostKnown(agent: Agent): Promise<void> {
  const startedAt = performance.now();
  const waiting = setInterval(() => {
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(0);
    console.log(`      the API answers; waiting for this host to report itself … ${seconds} s`);
  }, 2_000);
  try {
    await agent.registered();
  } finally {
    clearInterval(waiting);
  }
}

function agentOf(
  config: Config,
  parts: { readonly bus: Bus; readonly log: Logger; readonly state: StateFolder },
): Agent {
  const { path: statePath, cloudId } = parts.state;
  return createAgent({
    bus: parts.bus,
    config: agentConfigOf(config),
    log: parts.log.child({ part: "agent" }),
    clock: systemClock,
    statePath,
    instancesPath: config.instancesPath ?? `/var/lib/sealstone/${cloudId}`,
    cloudId,
  });
}

function announce(
  { url, openrcPaths }: ControlPlane,
  facts: { readonly logPath: string; readonly durationMs: number; readonly withGuest: boolean },
): void {
  const tries = facts.withGuest
    ? [
        "openstack --os-compute-api-version 2.37 server create --image sealstone-guest --flavor vtpm.small --nic none --wait first",
        "openstack console log show first      # once the guest has booted, a few seconds later",
        "openstack secret list",
      ]
    : ["openstack catalog list", "openstack flavor list", "openstack token issue"];
  console.log(`
Sealstone is up (${(facts.durationMs / 1_000).toFixed(1)} s): ${url}/identity
  administrator  . ${openrcPaths.admin}
  demo user      . ${openrcPaths.demo}
  log            ${facts.logPath}

Try (the client: apt-get install python3-openstackclient python3-barbicanclient python3-osc-placement):
  . ${openrcPaths.demo}
${tries.map((line) => `  ${line}`).join("\n")}

Ctrl-C stops it.`);
}
