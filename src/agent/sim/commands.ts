import { createHash } from "node:crypto";
import type { Static } from "typebox";
import { CloudError, isCloudError } from "#base/errors.ts";
import { wipe } from "#base/secret.ts";
import type { Bus, commands } from "#bus/index.ts";
import { boxOpen, type SealKeyPair } from "#seal/index.ts";
import { vtpmAssociatedData } from "#vtpm/index.ts";
import { uptimeRead } from "../uptime.ts";
import type { SimBooks, SimServer } from "./books.ts";
import { offRequire } from "./off-require.ts";
import { simResizeCommands } from "./resize-commands.ts";
import { simStateEnd, simStatePut, simStateSettle } from "./vault.ts";

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
  disksCreate({ books }, { serverId, image, rootGiB }) {
    if (rootGiB > 0 && image.sizeBytes > rootGiB * gibibyte) {
      throw new CloudError(
        "invalid",
        `Flavor's disk is too small for requested image. Flavor disk is ${rootGiB * gibibyte} bytes, image ${image.imageId} is ${image.sizeBytes} bytes. ` +
          "Choose a flavor with a larger disk.",
      );
    }
    books.set(serverId, { ...books.get(serverId), disks: true });
    return {};
  },
  disksDelete({ books }, { serverId }) {
    offRequire(books, serverId, "its disks");
    const { oldDisk: _gone, ...rest } = books.get(serverId);
    books.set(serverId, { ...rest, disks: false });
    return {};
  },
  ...simResizeCommands,
  async tpmManufacture({ books, key, ...place }, { serverId, tpm: { version, secretId }, passphrase }) {
    const { tpm } = books.get(serverId);
    if (tpm && (tpm.version !== version || tpm.secretId !== secretId)) {
      throw new CloudError(
        "conflict",
        `Server ${serverId} has a TPM ${tpm.version} with secret ${tpm.secretId}; asked for a TPM ${version} with secret ${secretId}. ` +
          "It is kept. Delete it first if it is to be replaced.",
      );
    }
    if (tpm === undefined) {
      const passphraseSha256 = await passphraseHash(key, serverId, passphrase);
      books.set(serverId, {
        ...books.get(serverId),
        tpm: { version, secretId, passphraseSha256, writes: 0 },
      });
    }
    await simStatePut(place, serverId, tpm?.writes ?? 0, "made");
    return {};
  },
  tpmDelete({ books }, { serverId }) {
    offRequire(books, serverId, "its TPM");
    const { tpm: _gone, ...rest } = books.get(serverId);
    books.set(serverId, rest);
    return {};
  },
  domainDefine({ books }, { serverId, instanceName: name, tpm }) {
    const domain = { name, ...(tpm === undefined ? {} : { tpmVersion: tpm.version }) };
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
    if (!server.disks) throw new CloudError("bug", `The disk of server ${serverId} is missing.`);
    // A restore goes on where the guest was.
    const boots = server.boots + (server.managedSave ? 0 : 1);
    const running = { ...server, power: "running", managedSave: false, boots } as const;
    if (server.domain.tpmVersion === undefined) {
      books.set(serverId, running);
      return {};
    }
    const opened = await tpmOpen(server, key, serverId, tpm);
    const writes = 1 + (await simStateSettle(place, serverId, opened.writes ?? 0));
    books.set(serverId, { ...running, tpm: { ...opened, writes } });
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
    const tpm = domain?.tpmVersion === undefined ? "no TPM" : `a TPM ${domain.tpmVersion}, simulated too`;
    const all = Array.from(
      { length: boots },
      (_, index) => `Boot ${index + 1} of the simulated guest ${domain?.name ?? serverId}, with ${tpm}.\n`,
    );
    return { output: (lines === undefined ? all : lines === 0 ? [] : all.slice(-lines)).join("") };
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
  "domainDiagnostics",
  "serversInspect",
  "hostUptime",
]);

export function simPowerState({ domain, power, managedSave }: SimServer) {
  if (domain === undefined) return "no-state";
  return power === "shutdown" && managedSave ? "suspended" : power;
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

async function tpmOpen(
  server: SimServer,
  key: SealKeyPair,
  serverId: string,
  tpm: Message<"domainStart">["tpm"],
): Promise<NonNullable<SimServer["tpm"]>> {
  if (server.tpm === undefined) {
    throw new CloudError(
      "conflict",
      `The TPM state of server ${serverId} is missing. It is not made anew, because what was sealed to the old one would be lost for good.`,
    );
  }
  if (tpm === undefined) {
    throw new CloudError(
      "invalid",
      `Server ${serverId} has a TPM: starting it needs the passphrase, and none came with the command.`,
    );
  }
  if ((await passphraseHash(key, serverId, tpm.passphrase)) !== server.tpm.passphraseSha256)
    throw new CloudError("bug", `The TPM state of server ${serverId} does not open with this passphrase.`);
  return server.tpm;
}

async function passphraseHash(key: SealKeyPair, serverId: string, box: string): Promise<string> {
  const passphrase = await boxOpen(key, box, vtpmAssociatedData(serverId));
  try {
    return createHash("sha256").update(passphrase).digest("hex");
  } finally {
    wipe(passphrase);
  }
}
