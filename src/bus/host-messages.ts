/** What agents tell and ask the control plane. */
import { Type } from "typebox";
import type { EventContract, RequestContract } from "./bus.ts";
import { PowerState } from "./power-state.ts";

const Host = Type.Object({
  /** Stable over restarts; also the UUID of the host's resource provider and compute service. */
  hostId: Type.String(),
  hostname: Type.String(),
  hypervisorType: Type.String(),
  /** 8002000 for 8.2.0, as libvirt counts. */
  hypervisorVersion: Type.Integer(),
  cpuInfo: Type.Object({
    arch: Type.String(),
    model: Type.String(),
    vendor: Type.String(),
    sockets: Type.Integer(),
    cores: Type.Integer(),
    threads: Type.Integer(),
  }),
  vcpus: Type.Integer(),
  memoryMiB: Type.Integer(),
  diskGiB: Type.Integer(),
  address: Type.String(),
  traits: Type.Array(Type.String()),
  inventories: Type.Record(
    Type.String(),
    Type.Object({
      total: Type.Integer(),
      reserved: Type.Integer(),
      allocationRatio: Type.Number(),
      maxUnit: Type.Integer(),
    }),
  ),
  /** Of this process of the agent: another one after a restart of it or a boot of the machine. */
  agentStart: Type.Optional(Type.String()),
  /** Whether servers that ran before such a restart, and are off, are to be started (`resume_guests_state_on_host_boot`). */
  resumeGuests: Type.Optional(Type.Boolean()),
  /** The HPKE public key to which passphrases for this host are sealed (src/seal). */
  publicKey: Type.String(),
});

/** At start and whenever a fact changes. */
export const hostRegister = {
  subject: "host.register",
  request: Host,
  reply: Type.Object({}),
} satisfies RequestContract;

/** Every `heartbeatSeconds` (10). */
export const hostHeartbeat = {
  subject: "host.heartbeat",
  event: Type.Object({ hostId: Type.String() }),
} satisfies EventContract;

/** A domain changed its state by itself or by us. */
export const serverPowerChanged = {
  subject: "server.power-changed",
  event: Type.Object({
    hostId: Type.String(),
    serverId: Type.String(),
    powerState: PowerState,
    /** False: the domain runs, and the emulator of its TPM has ended. */
    tpmRuns: Type.Optional(Type.Boolean()),
  }),
} satisfies EventContract;

/** A piece of an image's bytes, base64; fewer than `length` only at the end. */
export const imageRead = {
  subject: "image.read",
  request: Type.Object({ imageId: Type.String(), offset: Type.Integer(), length: Type.Integer() }),
  reply: Type.Object({ bytes: Type.String() }),
} satisfies RequestContract;
