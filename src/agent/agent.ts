import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import type { Clock } from "#base/clock.ts";
import { CloudError, errorText, isCloudError } from "#base/errors.ts";
import type { Logger } from "#base/logger.ts";
import type { Bus } from "#bus/index.ts";
import { capabilities, LibvirtConnection, type ConnectionChange } from "#libvirt/index.ts";
import { sealKeyPairLoad } from "#seal/index.ts";
import type { AgentConfig } from "./agent-config.ts";
import type { AgentContext } from "./agent-context.ts";
import { agentPaths, type AgentPaths } from "./agent-paths.ts";
import { commandsServe } from "./commands/serve.ts";
import { directIoProbe, passableFolderEnsure } from "./files.ts";
import { hostIdLoad } from "./host-id.ts";
import { ImageCache } from "./images/cache.ts";
import { leftoversRemove } from "./leftovers.ts";
import { DomainWatch } from "./report/domain-watch.ts";
import { PowerReports } from "./report/power-reports.ts";
import { registrationRun, type RegistrationListener } from "./report/registration.ts";
import { requirementsCheck } from "./requirements.ts";
import { ServerQueue } from "./server-queue.ts";
import { tpmAuthorityPrepare, tpmAuthorityWarm } from "./tpm/authority.ts";
import { tpmCatchUp } from "./tpm/catch-up.ts";
import { TpmCopies } from "./tpm/copies.ts";
import { tpmEndedEventually } from "./tpm/ended.ts";
import { TpmPool } from "./tpm/pool.ts";
import { runningTpmsWatch } from "./tpm/running-watch.ts";
import { swtpmUserFind, type SwtpmUser } from "./tpm/swtpm-user.ts";

export interface AgentOptions {
  readonly bus: Bus;
  readonly config: AgentConfig;
  readonly log: Logger;
  readonly clock: Clock;
  /** The host's id and key, root's alone. */
  readonly statePath: string;
  /** Disks, images, consoles: QEMU's user must be able to reach it. */
  readonly instancesPath: string;
  /** Short and the same at every start; tells this cloud's domains from others'. */
  readonly cloudId: string;
}

export interface Agent {
  /**
   * Resolves when the host's commands are served; the host registers itself in the background until it is answered.
   * Rejects (CloudError `conflict`) when the host misses something, naming each part and its fix. Once only.
   */
  start(): Promise<{ readonly hostId: string }>;
  /**
   * Resolves once the control plane knows the host and can give it servers. Rejects with the reason when it takes
   * another for the same host, which time does not mend.
   */
  registered(): Promise<void>;
  /** Takes no more commands, lets those under way end (for a while), leaves. Servers keep running. */
  stop(): Promise<void>;
}

/** How long a stop waits for commands under way; what does not end is repeated by whoever asked for it. */
const stopPatienceMs = 30_000;

/** After a boot of the machine libvirtd first looks at every domain and probes its QEMUs. */
const loginTimeoutMs = 180_000;

export function createAgent(options: AgentOptions): Agent {
  const ended = new AbortController();
  const registered = Promise.withResolvers<void>();
  // Nobody need ask.
  registered.promise.catch(() => undefined);
  let running: Running | undefined;
  return {
    async start() {
      running = await agentRun(options, ended.signal, {
        onRegistered: registered.resolve,
        onRefused: (reason) => {
          if (isCloudError(reason, "already-exists")) registered.reject(reason);
        },
      });
      return { hostId: running.context.hostId };
    },
    registered: () => registered.promise,
    async stop() {
      ended.abort();
      await running?.stop();
    },
  };
}

interface Running {
  readonly context: AgentContext;
  stop(): Promise<void>;
}

async function agentRun(
  options: AgentOptions,
  signal: AbortSignal,
  hear: RegistrationListener,
): Promise<Running> {
  const { config, log, instancesPath } = options;
  let onChange = (change: ConnectionChange): void => void change;
  const libvirt = await libvirtOpen(config, (change) => onChange(change));
  try {
    await passableFolderEnsure(instancesPath);
    await requirementsDemand(options, libvirt);
    const context = await contextMake(options, libvirt);
    await leftoversRemove(context);
    await context.pool.prepare();
    const reports = new PowerReports(context);
    await reports.start((serverId) => void tpmEndedEventually(context, serverId, signal));
    const stopServing = commandsServe(context);
    let registration = new AbortController();
    // Not before: what is off is to be compared first with what ran when the agent ended.
    const onRegistered = (): void => {
      hear.onRegistered();
      void reports
        .reportAll()
        .catch((error: unknown) => log.debug({ error: errorText(error) }, "power states not reported"));
    };
    const report = (): void => {
      registration.abort();
      registration = new AbortController();
      const ended = AbortSignal.any([signal, registration.signal]);
      void registrationRun(context, ended, { ...hear, onRegistered });
      void tpmCatchUp(context, AbortSignal.any([signal, registration.signal]));
    };
    onChange = ({ state, cause }) => {
      log.info({ state, ...(cause && { cause: cause.message }) }, "connection to libvirtd");
      // It may have been upgraded, and events were missed.
      if (state === "connected") report();
    };
    report();
    void runningTpmsWatch(context, (serverId) => void reports.report(serverId, false), signal);
    void tpmWarm(context).then(() => context.pool.fill(signal));
    return {
      context,
      async stop() {
        stopServing();
        await Promise.race([
          Promise.all([context.queue.idle(), context.pool.idle()]),
          new Promise((resolve) => setTimeout(resolve, stopPatienceMs).unref()),
        ]);
        context.copies.stop();
        await libvirt.close();
      },
    };
  } catch (error) {
    await libvirt.close();
    throw error;
  }
}

async function libvirtOpen(
  config: AgentConfig,
  onConnectionChange: (change: ConnectionChange) => void,
): Promise<LibvirtConnection> {
  const { socketPath } = config.libvirt;
  try {
    return await LibvirtConnection.open({ socketPath, onConnectionChange, loginTimeoutMs });
  } catch (cause) {
    throw new CloudError(
      "conflict",
      `This host cannot run servers: libvirtd gave no answer at ${socketPath} (${errorText(cause)}). ` +
        "Install and start it: apt-get install libvirt-daemon-system; systemctl start libvirtd (without systemd: virtlogd -d; libvirtd -d).",
      { cause },
    );
  }
}

/** Throws when anything that the configuration needs is missing. */
async function requirementsDemand(options: AgentOptions, libvirt: LibvirtConnection): Promise<void> {
  const missing = (await requirementsCheck(options, libvirt)).filter(({ ok, needed }) => needed && !ok);
  if (missing.length === 0) return;
  const list = missing.map(({ name, found, fix }) => `${name}: ${found}. Fix: ${fix}`).join("\n");
  throw new CloudError("conflict", `This host cannot run servers as it is configured:\n${list}`);
}

async function contextMake(
  { bus, clock, cloudId, config, log, ...places }: AgentOptions,
  libvirt: LibvirtConnection,
): Promise<AgentContext> {
  const paths = agentPaths(places);
  const images = new ImageCache(paths, bus, log);
  await mkdir(dirname(paths.hostKey), { recursive: true, mode: 0o700 });
  const [hostId, capabilitiesXml, key, swtpmUser, directIo] = await Promise.all([
    hostIdLoad(paths.hostId),
    capabilities(libvirt),
    sealKeyPairLoad(paths.hostKey),
    swtpmUserPrepare(config, paths),
    directIoProbe(places.instancesPath),
    images.prepare(),
    passableFolderEnsure(paths.servers),
  ]);
  const hostLog = log.child({ hostId });
  const queue = new ServerQueue();
  return {
    hostId,
    cloudId,
    config,
    paths,
    bus,
    libvirt,
    capabilitiesXml,
    clock,
    key,
    images,
    swtpmUser,
    directIo,
    log: hostLog,
    copies: new TpmCopies({ bus, hostId, paths, log: hostLog }),
    pool: new TpmPool({ sizes: config.tpmPool, paths, key, log: hostLog, queue, owner: swtpmUser }),
    queue,
    watch: new DomainWatch(),
    snapshots: new Map(),
  };
}

async function swtpmUserPrepare(config: AgentConfig, paths: AgentPaths): Promise<SwtpmUser | undefined> {
  if (!config.libvirt.swtpmEnabled) return undefined;
  const { uid, gid } = await swtpmUserFind(config.libvirt.swtpmUser, config.libvirt.swtpmGroup);
  if (uid === undefined || gid === undefined) return undefined;
  await tpmAuthorityPrepare(paths.tpmAuthority, { uid, gid });
  return { uid, gid };
}

/** Never rejects: without it the first TPM takes a little longer. */
async function tpmWarm({ log, paths, swtpmUser }: AgentContext): Promise<void> {
  try {
    if (swtpmUser !== undefined) await tpmAuthorityWarm(paths.tpmAuthority, swtpmUser);
  } catch (error) {
    log.warn({ error: errorText(error) }, "the keys that sign TPM certificates could not be made ahead");
  }
}
