import type { Server } from "../server.ts";

const imageId = "7a0b0f7c-90a1-4ae3-b1cf-8d2a2a5d9c11";

/** A running server without a TPM, unless told otherwise. */
export function aServer(changes: Partial<Server> = {}): Server {
  return {
    id: "5b2a4a8c-8f1c-4a52-9a87-0c5c2f3a1d10",
    projectId: "project",
    userId: "user",
    name: "server",
    description: null,
    hostname: "server",
    reservationId: "r-12345678",
    image: {
      id: imageId,
      properties: {},
      disk: { imageId, sha512: "00", sizeBytes: 1, diskFormat: "qcow2" },
    },
    flavor: {
      id: "1",
      name: "plain.small",
      vcpus: 1,
      memoryMiB: 256,
      rootGiB: 1,
      ephemeralGiB: 0,
      swapMiB: 0,
      extraSpecs: {},
    },
    tpm: undefined,
    keyName: null,
    keypair: undefined,
    metadata: {},
    userData: null,
    configDrive: false,
    accessIPv4: "",
    accessIPv6: "",
    diskConfig: "MANUAL",
    tags: [],
    lock: undefined,
    destinationId: undefined,
    vmState: "active",
    taskState: undefined,
    powerState: "running",
    hostId: "c0d1f2a3-0000-4000-8000-000000000001",
    fault: undefined,
    createdAt: 1_700_000_000_000,
    updatedAt: 1_700_000_000_000,
    launchedAt: 1_700_000_001_000,
    ...changes,
  };
}
