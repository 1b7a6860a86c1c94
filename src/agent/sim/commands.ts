import { createHash } from "node:crypto";
import type { Static } from "typebox";
import { CloudError, isCloudError } from "#base/errors.ts";
import { wipe } from "#base/secret.ts";
import { configDriveAssociatedData, type Bus, type commands } from "#bus/index.ts";
import { boxOpen, type SealKeyPair } from "#seal/index.ts";
import { vtpmAssociatedData } from "#vtpm/index.ts";
import { consoleTail } from "../console-tail.ts";
import { keptPassphraseAbsentError } from "../tpm/refusals.ts";
import { vaultCompare } from "../tpm/vault.ts";
import { uptimeRead } from "../uptime.ts";
import type { SimBooks, SimServer } from "./books.ts";
import { simSnapshot } from "./guest-files.ts";
import { offRequire } from "./off-require.ts";
import { simResizeCommands } from "./resize-commands.ts";
import { simStateEnd, simStateJudge, simStatePut, simStateRestore, simStateSettle } from "./vault.ts";

export type SimCommandName = keyof typeof commands;
type Message<Name extends SimCommandName> = Static<(typeof commands)[Name]["request"]>;
type Answer<Name extends SimCommandName> = Static<(typeof commands)[Name]["reply"]>;

interface SimContext {
  readonly bus: Bus;
  readonly hostId: string;
  readonly books: SimBooks;
  readonly key: SealKeyPair;
}

type SimCommand<Name extends SimCommandName> = (
  context: SimContext,
  message: Message<Name>,
) => Answer<Name> | Promise<Answer<Name>>;

const gibibyte = 1024 ** 3;

/** Every command as the real agent answers it, over books instead of libvirt; what it would refuse is refused here too. */
export const simCommands: { readonly [Name in SimCommandName]: SimCommand<Name> } = {
  disksCreate({ books }, { serverId, ...disk }) {
    fitRequire(disk);
    books.set(serverId, { ...books.get(serverId), disks: true });
    return {};
  },
  disksDelete({ books }, { serverId }) {
    offRequire(books, serverId, "its disks");
    const { snapshots: _copies, nextDisk: _next, previousDisk: _previous, ...disks } = books.get(serverId);
    const { oldDisk: _old, ...rest } = disks;
    books.set(serverId, { ...rest, disks: false, rescueDisk: false });
    return {};
  },
  diskFetch({ books }, { serverId }) {
    books.set(serverId, { ...books.get(serverId), disks: true });
    return {};
  },
  async configDriveCreate({ key }, { serverId, injected }) {
    if (injected !== undefined) wipe(await boxOpen(key, injected, configDriveAssociatedData(serverId)));
    return {};
  },
  rescueDiskCreate({ books }, { serverId }) {
    rescueOffRequire(books, serverId);
    books.set(serverId, { ...books.get(serverId), rescueDisk: true });
    return {};
  },
  rescueDiskDelete({ books }, { serverId }) {
    rescueOffRequire(books, serverId);
    books.set(serverId, { ...books.get(serverId), rescueDisk: false });
    return {};
  },
  disksPrepare({ books }, { serverId, ...disk }) {
    fitRequire(disk);
    const server = books.get(serverId);
    if (server.previousDisk !== true) books.set(serverId, { ...server, nextDisk: true });
    return {};
  },
  disksSwap({ books }, { serverId }) {
    offRequire(books, serverId, "its disk");
    const { nextDisk, ...rest } = books.get(serverId);
    if (nextDisk !== true) return {};
    books.set(serverId, { ...rest, disks: true, ...(rest.disks ? { previousDisk: true } : {}) });
    return {};
  },
  disksSwapEnd({ books }, { serverId, keep }) {
    const { nextDisk: _next, previousDisk, ...rest } = books.get(serverId);
    if (previousDisk === true && keep === "old") offRequire(books, serverId, "its disk");
    books.set(serverId, rest);
    return {};
  },
  ...simResizeCommands,
  async tpmManufacture(
    { books, key, ...place },
    { serverId, tpm: { version, secretId }, passphrase, source },
  ) {
    const { tpm } = books.get(serverId);
    if (tpm && (tpm.version !== version || tpm.secretId !== secretId)) {
      throw new CloudError(
        "conflict",
        `Server ${serverId} has a TPM ${tpm.version} with secret ${tpm.secretId}; asked for a TPM ${version} with secret ${secretId}. ` +
          "It is kept. Delete it first if it is to be replaced.",
      );
    }
    if (tpm === undefined) {
      if (source && (await passphraseHash(key, source.imageId, source.passphrase)) !== source.content.bytes)
        throw new CloudError(
          "conflict",
          "The TPM state is not opened by its passphrase: it is damaged, or another one's.",
        );
      const passphraseSha256 = await passphraseHash(key, serverId, passphrase);
      books.set(serverId, {
        ...books.get(serverId),
        tpm: { version, secretId, passphraseSha256, writes: 0 },
      });
    }
    await simStatePut(place, serverId, tpm?.writes ?? 0, "made");
    return {};
  },
  /** A simulated TPM has nothing in it: the copy says by which passphrase it is opened. */
  async tpmCopy({ books, key }, { serverId, imageId, tpm: spec, passphrase, imagePassphrase }) {
    await tpmOpen(books.get(serverId), key, serverId, { spec, passphrase });
    return { bytes: await passphraseHash(key, imageId, imagePassphrase), certificates: [] };
  },
  async tpmCheck({ books, key, ...place }, { serverId, spec, passphrase }) {
    const server = books.get(serverId);
    const keepsPassphrase = server.tpm?.passphraseKept === true && server.tpm.secretId === spec.secretId;
    if (server.power !== "shutdown") return { verdict: "starts", keepsPassphrase };
    if (server.tpm === undefined) {
      // The start takes it from the vault, when that has it.
      const { standing } = await vaultCompare(place, serverId, undefined);
      if (standing === "first") throw tpmMissingError(serverId);
      return { verdict: "starts", keepsPassphrase };
    }
    const { standing } = await simStateJudge(place, serverId, server.tpm.writes ?? 0);
    if (standing !== "unknown" && standing !== "first") return { verdict: "starts", keepsPassphrase };
    if (passphrase === undefined && !keepsPassphrase) return { verdict: "undecided", keepsPassphrase };
    await tpmOpen(server, key, serverId, { spec, ...(passphrase === undefined ? {} : { passphrase }) });
    return { verdict: "starts", keepsPassphrase };
  },
  tpmDelete({ books }, { serverId }) {
    offRequire(books, serverId, "its TPM");
    const { tpm: _gone, ...rest } = books.get(serverId);
    books.set(serverId, rest);
    return {};
  },
  async tpmRest({ books, ...place }, { serverId }) {
    offRequire(books, serverId, "its TPM");
    const { tpm, ...rest } = books.get(serverId);
    if (tpm !== undefined) await simStateEnd(place, serverId, tpm.writes ?? 0);
    books.set(serverId, rest);
    return {};
  },
  domainDefine({ books }, { serverId, instanceName: name, tpm, rescue }) {
    const domain = {
      name,
      ...(tpm === undefined ? {} : { tpmVersion: tpm.version }),
      ...(rescue === undefined ? {} : { rescued: true }),
    };
    books.set(serverId, { ...books.get(serverId), domain });
    return {};
  },
  async domainUndefine({ books, ...place }, { serverId }) {
    const { domain: _gone, ...rest } = books.get(serverId);
    books.set(serverId, { ...rest, power: "shutdown", managedSave: false });
    await tpmEnd(place, serverId, rest);
    return {};
  },
  async domainStart({ books, key, ...place }, { serverId, tpm }) {
    const server = definedFetch(books, serverId);
    if (server.power !== "shutdown") return {};
    if (!server.disks || (server.domain.rescued === true && server.rescueDisk !== true))
      throw new CloudError("bug", `The disk of server ${serverId} is missing.`);
    // A restore goes on where the guest was.
    const boots = server.boots + (server.managedSave ? 0 : 1);
    const running = { ...server, power: "running", managedSave: false, boots } as const;
    if (server.domain.tpmVersion === undefined) {
      books.set(serverId, running);
      return {};
    }
    const opened = await tpmOpen(await tpmRestored(place, server, serverId, tpm, key), key, serverId, tpm);
    const writes = 1 + (await simStateSettle(place, serverId, opened.writes ?? 0));
    const passphraseKept = tpm?.keepPassphrase === true;
    books.set(serverId, { ...running, tpm: { ...opened, passphraseKept, writes } });
    await simStatePut(place, serverId, writes, "changed");
    return {};
  },
  async domainStop({ books, ...place }, { serverId }) {
    const server = definedFetch(books, serverId);
    books.set(serverId, { ...server, power: "shutdown" });
    await tpmEnd(place, serverId, server);
    return {};
  },
  domainReboot({ books }, { serverId, timeoutS }) {
    const server = activeFetch(books, serverId, "reboot");
    if (server.power === "paused") {
      throw new CloudError(
        "timeout",
        `The guest of server ${serverId} did not reboot within ${timeoutS} s of being asked (ACPI). It was left as it is; ` +
          "a hard reboot does not need its help.",
      );
    }
    books.set(serverId, { ...server, boots: server.boots + 1 });
    return {};
  },
  domainPause({ books }, { serverId }) {
    books.set(serverId, { ...activeFetch(books, serverId, "pause"), power: "paused" });
    return {};
  },
  domainUnpause({ books }, { serverId }) {
    books.set(serverId, { ...activeFetch(books, serverId, "unpause"), power: "running" });
    return {};
  },
  async domainSuspend({ books, ...place }, { serverId }) {
    const server = definedFetch(books, serverId);
    if (server.power === "shutdown" && !server.managedSave)
      throw new CloudError("conflict", `Server ${serverId} is off, so there is nothing to suspend.`);
    books.set(serverId, { ...server, power: "shutdown", managedSave: true });
    await tpmEnd(place, serverId, server);
    return {};
  },
  snapshotCreate({ books }, { serverId, imageId }) {
    const server = books.get(serverId);
    if (!server.disks) throw new CloudError("bug", `The disk of server ${serverId} is missing.`);
    const boots = server.snapshots?.[imageId] ?? server.boots;
    books.set(serverId, { ...server, snapshots: { ...server.snapshots, [imageId]: boots } });
    const bytes = simSnapshot(serverId, boots);
    const sha512 = createHash("sha512").update(bytes).digest("hex");
    return { sizeBytes: bytes.length, sha512, diskFormat: "qcow2" };
  },
  snapshotRead({ books }, { serverId, imageId, offset, length }) {
    const boots = books.get(serverId).snapshots?.[imageId];
    if (boots === undefined)
      throw new CloudError("not-found", `The host has no copy of server ${serverId} for image ${imageId}.`);
    const bytes = simSnapshot(serverId, boots).subarray(offset, offset + length);
    return { bytes: bytes.toString("base64") };
  },
  snapshotDelete({ books }, { serverId, imageId }) {
    const server = books.get(serverId);
    const others = Object.entries(server.snapshots ?? {}).filter(([id]) => id !== imageId);
    const { snapshots: _all, ...rest } = server;
    books.set(serverId, others.length === 0 ? rest : { ...rest, snapshots: Object.fromEntries(others) });
    return {};
  },
  domainNmi({ books }, { serverId }) {
    activeFetch(books, serverId, "interrupt");
    return {};
  },
  // Nothing is measured where nothing runs.
  domainDiagnostics({ books }, { serverId }) {
    const powerState = simPowerState(definedFetch(books, serverId));
    const nothing = { vcpus: 0, maxMemoryKiB: 0, memoryKiB: 0, cpus: [], disks: [], memory: {} };
    return { powerState, hypervisor: "qemu", ...nothing };
  },
  consoleRead({ books }, { serverId, lines }) {
    const { boots, domain } = books.get(serverId);
    const { name = serverId, tpmVersion } = domain ?? {};
    const tpm = tpmVersion === undefined ? "none" : `${tpmVersion}, simulated too`;
    const all = Array.from(
      { length: boots },
      (_, index) =>
        `Boot ${index + 1} of the simulated guest ${name}.\nTPM: ${tpm}.\nNo program runs in it.\n`,
    ).join("");
    return { output: lines === undefined ? all : consoleTail(all, lines) };
  },
  serversInspect: ({ books }) => ({
    servers: [...books.servers].map(([serverId, server]) => ({
      serverId,
      powerState: simPowerState(server),
      domain: server.domain !== undefined,
      disks: server.disks,
      tpm: server.tpm !== undefined,
      managedSave: server.managedSave,
    })),
  }),
  // Of the machine that simulates it.
  hostUptime: () => uptimeRead(),
};

/** These only look, and do not wait for a command that changes the server. */
export const simLookingCommands: ReadonlySet<SimCommandName> = new Set<SimCommandName>([
  "consoleRead",
  "snapshotRead",
  "domainDiagnostics",
  "serversInspect",
  "hostUptime",
  "tpmCheck",
]);

export function simPowerState({ domain, power, managedSave }: SimServer) {
  if (domain === undefined) return "no-state";
  return power === "shutdown" && managedSave ? "suspended" : power;
}

function fitRequire({ image, rootGiB }: Pick<Message<"disksCreate">, "image" | "rootGiB">): void {
  if (rootGiB === 0 || image.sizeBytes <= rootGiB * gibibyte) return;
  throw new CloudError(
    "invalid",
    `Flavor's disk is too small for requested image. Flavor disk is ${rootGiB * gibibyte} bytes, image ${image.imageId} is ${image.sizeBytes} bytes. ` +
      "Choose a flavor with a larger disk.",
  );
}

type DefinedServer = SimServer & { readonly domain: NonNullable<SimServer["domain"]> };

function definedFetch(books: SimBooks, serverId: string): DefinedServer {
  const server = books.get(serverId);
  if (server.domain !== undefined) return { ...server, domain: server.domain };
  throw new CloudError("not-found", `The host has no domain for server ${serverId}.`);
}

function activeFetch(books: SimBooks, serverId: string, what: string): DefinedServer {
  const server = definedFetch(books, serverId);
  if (server.power !== "shutdown") return server;
  throw new CloudError("conflict", `The host refused to ${what} server ${serverId}: it is off.`);
}

/** The domain may run from its own disk. */
function rescueOffRequire(books: SimBooks, serverId: string): void {
  if (books.get(serverId).domain?.rescued === true) offRequire(books, serverId, "the disk of its rescue");
}

/** What the vault does not hear of a server that went off is told by its next start. */
async function tpmEnd(
  place: Pick<SimContext, "bus" | "hostId">,
  serverId: string,
  { power, tpm }: SimServer,
): Promise<void> {
  if (tpm === undefined || power === "shutdown") return;
  await simStateEnd(place, serverId, tpm.writes ?? 0).catch((error: unknown) => {
    if (!isCloudError(error)) throw error;
  });
}

/** Without a state it has the vault's, as the real agent; the simulated passphrase is taken at its word then. */
async function tpmRestored(
  place: Pick<SimContext, "bus" | "hostId">,
  server: SimServer,
  serverId: string,
  given: Message<"domainStart">["tpm"],
  key: SealKeyPair,
): Promise<SimServer> {
  if (server.tpm !== undefined || given?.passphrase === undefined) return server;
  const { version, secretId } = given.spec;
  const [writes, passphraseSha256] = [
    await simStateRestore(place, serverId),
    await passphraseHash(key, serverId, given.passphrase),
  ];
  return { ...server, tpm: { version, secretId, passphraseSha256, writes } };
}

async function tpmOpen(
  server: SimServer,
  key: SealKeyPair,
  serverId: string,
  tpm: Message<"domainStart">["tpm"],
): Promise<NonNullable<SimServer["tpm"]>> {
  if (server.tpm === undefined) throw tpmMissingError(serverId);
  if (tpm === undefined) {
    throw new CloudError(
      "invalid",
      `Server ${serverId} has a TPM: starting it needs the passphrase, and none came with the command.`,
    );
  }
  if (tpm.passphrase === undefined) {
    if (server.tpm.passphraseKept === true && server.tpm.secretId === tpm.spec.secretId) return server.tpm;
    throw keptPassphraseAbsentError({ serverId, secretId: tpm.spec.secretId });
  }
  if ((await passphraseHash(key, serverId, tpm.passphrase)) !== server.tpm.passphraseSha256)
    throw new CloudError("bug", `The TPM state of server ${serverId} does not open with this passphrase.`);
  return server.tpm;
}

function tpmMissingError(serverId: string): CloudError {
  return new CloudError(
    "conflict",
    `The TPM state of server ${serverId} is missing. It is not made anew, because what was sealed to the old one would be lost for good.`,
  );
}

async function passphraseHash(key: SealKeyPair, serverId: string, box: string): Promise<string> {
  const passphrase = await boxOpen(key, box, vtpmAssociatedData(serverId));
  try {
    return createHash("sha256").update(passphrase).digest("hex");
  } finally {
    wipe(passphrase);
  }
}
