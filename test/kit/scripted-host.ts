import { createHash } from "node:crypto";
import { simSnapshot } from "../../src/agent/sim/guest-files.ts";
import {
  commands,
  configDriveAssociatedData,
  hostHeartbeat,
  hostRegister,
  type Bus,
  type RequestContract,
} from "#bus/index.ts";
import { CloudError, type ErrorCode } from "#base/errors.ts";
import { boxOpen, type SealKeyPair } from "#seal/index.ts";
import { vtpmAssociatedData } from "#vtpm/index.ts";

/** Every server's disk. */
const snapshotBytes = simSnapshot("of a scripted host", 1);

/** By server: what TPMs that rest open with, on whatever host they were. */
const rested = new Map<string, string>();

interface ScriptedServer {
  domain: boolean;
  disks: boolean;
  /** Of a rebuild: the image that is to be the server's disk, and the disk's own. */
  nextDisk?: string | undefined;
  previousDisk?: string | undefined;
  /** The image that its disk was made of. */
  disk?: string | undefined;
  rescueDisk?: boolean;
  /** How its domain boots; undefined: from its own disk. */
  rescue?: object | undefined;
  /** What its config drives say: the server's own, and that of its rescue. */
  configDrives?: { readonly own?: object; readonly rescue?: object };
  tpm: string | undefined;
  powerState: "running" | "paused" | "shutdown" | "suspended";
  managedSave: boolean;
  /** Images for which there is a copy of its disk. */
  snapshots?: readonly string[] | undefined;
  /** Of a resize that is not yet confirmed. */
  oldDisk?: true;
  oldTpm?: string | undefined;
}

export interface ScriptedHost {
  readonly hostId: string;
  /** What is on the host, by server id. */
  readonly servers: ReadonlyMap<string, ScriptedServer>;
  /** Subjects of the commands that came, in order, without their prefix. */
  readonly calls: string[];
  /** Passphrases that reached the host, by command. */
  readonly passphrases: string[];
  /** The next call of this command fails so, `times` times, with what only administrators may read. */
  failNext(command: keyof typeof commands, code: ErrorCode, times?: number, detail?: string): void;
  /** Calls of this command wait until the function that is answered is called. */
  hold(command: keyof typeof commands): () => void;
  /** Reports itself, as an agent does when it comes back. */
  register(): Promise<unknown>;
  /** Puts a server there that was made before. */
  place(
    serverId: string,
    server: { readonly powerState: ScriptedServer["powerState"]; readonly tpm: string },
  ): void;
  /** The server's TPM rests in the vault: whichever host starts it finds it there. */
  rest(serverId: string, tpm: string): void;
  stop(): void;
}

/**
 * A compute host that only keeps books: it answers every command of the bus, checks what an agent would check
 * and opens the sealed passphrases with its own key. For tests of the control plane; it proves nothing about TPMs.
 */
export async function scriptedHostStart(bus: Bus, key: SealKeyPair, hostId: string): Promise<ScriptedHost> {
  const servers = new Map<string, ScriptedServer>();
  const [calls, passphrases]: [string[], string[]] = [[], []];
  const failures = new Map<string, CloudError[]>();
  const holds = new Map<string, Promise<void>>();
  const of = (serverId: string): ScriptedServer => {
    const known = servers.get(serverId);
    if (known) return known;
    const made: ScriptedServer = {
      domain: false,
      disks: false,
      tpm: undefined,
      powerState: "shutdown",
      managedSave: false,
    };
    servers.set(serverId, made);
    return made;
  };
  const forgetWhenEmpty = (serverId: string): void => {
    const { domain, disks, tpm } = of(serverId);
    if (!domain && !disks && tpm === undefined) servers.delete(serverId);
  };
  const opened = async (serverId: string, box: string): Promise<string> => {
    const passphrase = (await boxOpen(key, box, vtpmAssociatedData(serverId))).toString("latin1");
    passphrases.push(passphrase);
    return passphrase;
  };
  const handlers: Record<keyof typeof commands, (message: never) => Promise<object>> = {
    configDriveCreate: async (message: {
      serverId: string;
      injected?: string;
      facts: object;
      rescue: boolean;
      renew?: boolean;
    }) => {
      const { serverId, facts, rescue, renew } = message;
      const injected: unknown =
        message.injected === undefined
          ? undefined
          : JSON.parse(
              (await boxOpen(key, message.injected, configDriveAssociatedData(serverId))).toString(),
            );
      const server = of(serverId);
      const drive = { ...facts, injected };
      const kept = server.configDrives ?? {};
      if (rescue) server.configDrives = { ...kept, rescue: drive };
      else server.configDrives = renew === true ? { ...kept, own: drive } : { own: drive, ...kept };
      return {};
    },
    configDriveDelete: async ({ serverId }: { serverId: string }) => {
      const { configDrives } = of(serverId);
      if (configDrives) delete (configDrives as { own?: object }).own;
      return {};
    },
    rescueDiskCreate: async ({ serverId }: { serverId: string }) => ((of(serverId).rescueDisk = true), {}),
    rescueDiskDelete: async ({ serverId }: { serverId: string }) => {
      rescueForget(of(serverId));
      forgetWhenEmpty(serverId);
      return {};
    },
    diskFetch: async ({ serverId }: { serverId: string }) => ((of(serverId).disks = true), {}),
    tpmRest: async ({ serverId }: { serverId: string }) => {
      const server = of(serverId);
      if (server.tpm !== undefined) rested.set(serverId, server.tpm);
      server.tpm = undefined;
      forgetWhenEmpty(serverId);
      return {};
    },
    disksCreate: async ({ serverId, image }: { serverId: string; image: { imageId: string } }) => {
      Object.assign(of(serverId), { disks: true, disk: image.imageId });
      return {};
    },
    disksPrepare: async ({ serverId, image }: { serverId: string; image: { imageId: string } }) => {
      const server = of(serverId);
      if (server.previousDisk === undefined) server.nextDisk = image.imageId;
      return {};
    },
    disksSwap: async ({ serverId }: { serverId: string }) => {
      const server = of(serverId);
      if (server.powerState !== "shutdown") throw new CloudError("conflict", "it runs");
      const { disk, nextDisk } = server;
      if (nextDisk === undefined) return {};
      Object.assign(server, { disk: nextDisk, previousDisk: disk ?? "old" });
      delete server.nextDisk;
      return {};
    },
    disksSwapEnd: async ({ serverId, keep }: { serverId: string; keep: "old" | "new" }) => {
      const server = of(serverId);
      const { previousDisk } = server;
      if (previousDisk !== undefined && keep === "old") server.disk = previousDisk;
      delete server.nextDisk;
      delete server.previousDisk;
      return {};
    },
    disksResize: async ({ serverId }: { serverId: string }) => ((of(serverId).oldDisk = true), {}),
    disksResizeEnd: async ({ serverId }: { serverId: string }) => {
      delete of(serverId).oldDisk;
      forgetWhenEmpty(serverId);
      return {};
    },
    tpmPark: async ({ serverId }: { serverId: string }) => {
      const server = of(serverId);
      if (server.oldTpm === undefined && server.tpm !== undefined)
        Object.assign(server, { oldTpm: server.tpm, tpm: undefined });
      return {};
    },
    tpmParkEnd: async ({ serverId, keep }: { serverId: string; keep: "old" | "new" }) => {
      const server = of(serverId);
      if (keep === "old" && server.oldTpm !== undefined) server.tpm = server.oldTpm;
      delete server.oldTpm;
      forgetWhenEmpty(serverId);
      return {};
    },
    disksDelete: async ({ serverId }: { serverId: string }) => {
      Object.assign(of(serverId), { disks: false });
      delete of(serverId).snapshots;
      delete of(serverId).oldDisk;
      delete of(serverId).rescueDisk;
      delete of(serverId).configDrives;
      forgetWhenEmpty(serverId);
      return {};
    },
    tpmManufacture: async (message: {
      serverId: string;
      passphrase: string;
      source?: { imageId: string; passphrase: string; content: { bytes: string } };
    }) => {
      const { source } = message;
      if (source && (await opened(source.imageId, source.passphrase)) !== source.content.bytes)
        throw new CloudError("conflict", "the TPM's state does not open");
      of(message.serverId).tpm ??= await opened(message.serverId, message.passphrase);
      const endorsementKey = { algorithm: "rsa", publicKey: "a key", certificate: "a certificate" };
      return { endorsementKeys: [endorsementKey] };
    },
    tpmCheck: async () => ({ verdict: "starts", keepsPassphrase: false }),
    tpmCopy: async (message: {
      serverId: string;
      imageId: string;
      passphrase: string;
      imagePassphrase: string;
    }) => {
      if ((await opened(message.serverId, message.passphrase)) !== of(message.serverId).tpm)
        throw new CloudError("conflict", "the TPM's state does not open");
      return { bytes: await opened(message.imageId, message.imagePassphrase), certificates: [] };
    },
    tpmDelete: async ({ serverId }: { serverId: string }) => {
      of(serverId).tpm = undefined;
      forgetWhenEmpty(serverId);
      return {};
    },
    domainDefine: async ({ serverId, rescue }: { serverId: string; rescue?: object }) => {
      const server = of(serverId);
      Object.assign(server, { domain: true, rescue });
      if (rescue === undefined) rescueForget(server);
      return {};
    },
    domainUndefine: async ({ serverId }: { serverId: string }) => {
      Object.assign(of(serverId), { domain: false, powerState: "shutdown", managedSave: false });
      delete of(serverId).rescue;
      forgetWhenEmpty(serverId);
      return {};
    },
    domainStart: async (message: { serverId: string; tpm?: { passphrase?: string } }) => {
      const server = of(message.serverId);
      if (!server.domain) throw new CloudError("conflict", "no such domain");
      if (server.rescue && server.rescueDisk !== true) throw new CloudError("conflict", "no rescue disk");
      const box = message.tpm?.passphrase;
      if (message.tpm) server.tpm ??= rested.get(message.serverId);
      if (box !== undefined && (await opened(message.serverId, box)) !== server.tpm) {
        throw new CloudError("conflict", "the TPM's state does not open");
      }
      Object.assign(server, { powerState: "running", managedSave: false });
      return {};
    },
    domainStop: async ({ serverId }: { serverId: string }) => ((of(serverId).powerState = "shutdown"), {}),
    domainReboot: async () => ({}),
    domainPause: async ({ serverId }: { serverId: string }) => ((of(serverId).powerState = "paused"), {}),
    domainUnpause: async ({ serverId }: { serverId: string }) => ((of(serverId).powerState = "running"), {}),
    domainSuspend: async ({ serverId }: { serverId: string }) => {
      Object.assign(of(serverId), { powerState: "shutdown", managedSave: true });
      return {};
    },
    snapshotCreate: async ({ serverId, imageId }: { serverId: string; imageId: string }) => {
      const server = of(serverId);
      server.snapshots = [...new Set([...(server.snapshots ?? []), imageId])];
      const sha512 = createHash("sha512").update(snapshotBytes).digest("hex");
      return { sizeBytes: snapshotBytes.length, sha512, diskFormat: "qcow2" };
    },
    snapshotRead: async (message: { serverId: string; imageId: string; offset: number; length: number }) => {
      if (of(message.serverId).snapshots?.includes(message.imageId) !== true)
        throw new CloudError("not-found", "no such copy");
      const bytes = snapshotBytes.subarray(message.offset, message.offset + message.length);
      return { bytes: bytes.toString("base64") };
    },
    snapshotDelete: async ({ serverId, imageId }: { serverId: string; imageId: string }) => {
      const server = of(serverId);
      const left = (server.snapshots ?? []).filter((id) => id !== imageId);
      if (left.length === 0) delete server.snapshots;
      else server.snapshots = left;
      forgetWhenEmpty(serverId);
      return {};
    },
    domainNmi: async () => ({}),
    domainDiagnostics: async ({ serverId }: { serverId: string }) => ({
      powerState: of(serverId).powerState,
      hypervisor: "qemu",
      vcpus: 1,
      maxMemoryKiB: 262_144,
      memoryKiB: 131_072,
      cpus: [{ id: 0, timeNs: 1_000_000 }],
      disks: [{ device: "vda", readRequests: 1, readBytes: 2, writeRequests: 3, writeBytes: 4, errors: -1 }],
      memory: { actual: 262_144, rss: 1_024 },
    }),
    consoleRead: async () => ({ output: "console of a scripted host\n" }),
    hostUptime: async () => ({
      uptime: " 12:00:00 up 1 day,  2:03,  1 user,  load average: 0.10, 0.20, 0.30",
    }),
    serversInspect: async () => ({
      servers: [...servers].map(([serverId, { tpm, snapshots: _copies, ...server }]) => ({
        serverId,
        domain: server.domain,
        disks: server.disks,
        powerState: server.powerState,
        managedSave: server.managedSave,
        tpm: tpm !== undefined,
      })),
    }),
  };
  const stops = (Object.keys(commands) as (keyof typeof commands)[]).map((name) =>
    bus.serve(commands[name] as RequestContract, { hostId }, async (message) => {
      // It only looks, and at each start.
      if (name !== "tpmCheck") calls.push(name);
      await holds.get(name);
      const failure = failures.get(name)?.shift();
      if (failure) throw failure;
      return handlers[name](message as never);
    }),
  );
  const register = (): Promise<unknown> =>
    bus.request(hostRegister, hostFacts(hostId, key.publicKey), { timeoutMs: 5_000 });
  await register();
  bus.publish(hostHeartbeat, { hostId });
  return {
    hostId,
    servers,
    calls,
    passphrases,
    register,
    place: (serverId, { powerState, tpm }) =>
      void servers.set(serverId, {
        domain: true,
        disks: true,
        managedSave: false,
        powerState,
        tpm,
      }),
    failNext: (name, code, times = 1, detail) =>
      void failures.set(
        name,
        Array.from(
          { length: times },
          () => new CloudError(code, `${name} fails by script`, detail === undefined ? {} : { detail }),
        ),
      ),
    hold(name) {
      const { promise, resolve } = Promise.withResolvers<void>();
      holds.set(name, promise);
      return () => {
        holds.delete(name);
        resolve();
      };
    },
    rest: (serverId, tpm) => void rested.set(serverId, tpm),
    stop: () => stops.forEach((stop) => stop()),
  };
}

function rescueForget(server: ScriptedServer): void {
  delete server.rescueDisk;
  if (server.configDrives) delete (server.configDrives as { rescue?: object }).rescue;
}

function hostFacts(hostId: string, publicKey: string) {
  const inventory = (total: number) => ({ total, reserved: 0, allocationRatio: 1, maxUnit: total });
  return {
    hostId,
    hostname: `host-${hostId.slice(0, 4)}`,
    hypervisorType: "QEMU",
    hypervisorVersion: 7_002_000,
    cpuInfo: { arch: "x86_64", model: "qemu64", vendor: "AMD", sockets: 1, cores: 4, threads: 1 },
    vcpus: 4,
    memoryMiB: 2_048,
    diskGiB: 20,
    address: "127.0.0.1",
    traits: [
      "COMPUTE_SECURITY_TPM_1_2",
      "COMPUTE_SECURITY_TPM_2_0",
      "COMPUTE_SECURITY_TPM_TIS",
      "COMPUTE_SECURITY_TPM_CRB",
      "COMPUTE_SECURITY_TPM_SECRET_SECURITY_USER",
    ],
    inventories: { VCPU: inventory(4), MEMORY_MB: inventory(2_048), DISK_GB: inventory(20) },
    publicKey,
  };
}
