import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { sleep } from "#base/clock.ts";
import { CloudError, isCloudError } from "#base/errors.ts";
import type { Logger } from "#base/logger.ts";
import { commands, hostHeartbeat, hostRegister, serverPowerChanged, type Bus } from "#bus/index.ts";
import { sealKeyPairLoad } from "#seal/index.ts";
import { commandParts } from "../command-parts.ts";
import { hostIdLoad } from "../host-id.ts";
import { ServerQueue } from "../server-queue.ts";
import { SimBooks, type SimServer } from "./books.ts";
import { simCommands, simLookingCommands } from "./commands.ts";
import { simPowerState } from "./domain-commands.ts";
import type { SimCommandName } from "./sim-command.ts";
import { vanished, type Conduct } from "./conduct.ts";
import { simStateCatchUp } from "./vault.ts";
import { simHostFacts, simSizeDefault, type SimSettings, type SimSize } from "./facts.ts";

export interface SimHostOptions {
  readonly bus: Bus;
  readonly log: Logger;
  readonly hostname: string;
  /** The host's id, key and books; the host is the same again on the same folder. */
  readonly folder: string;
  readonly conduct: Conduct;
  readonly size?: SimSize;
  readonly settings?: SimSettings;
}

export interface SimHost {
  readonly hostId: string;
  readonly servers: ReadonlyMap<string, SimServer>;
  /** Tells the control plane of this host; waits until it answers. Rejects with what it refuses. */
  register(): Promise<void>;
  /** Takes no more commands, lets those under way end (for a while). */
  stop(): Promise<void>;
}

const heartbeatMs = 10_000;
const answerTimeoutMs = 30_000;
const retryMs = 100;
const stopPatienceMs = 2_000;

/**
 * A compute host that keeps books instead of running anything, for development and for tests of scale: it answers the bus as the
 * real agent does. It proves nothing about TPMs.
 */
export async function simHostStart(options: SimHostOptions): Promise<SimHost> {
  const { bus, folder, hostname } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const [hostId, key] = [
    await hostIdLoad(join(folder, "host-id")),
    await sealKeyPairLoad(join(folder, "host.key")),
  ];
  const agentStart = randomUUID();
  const books = new SimBooks(join(folder, "servers.json"));
  const log = options.log.child({ hostId, hostname });
  const queue = new ServerQueue();
  const report = (serverId: string): void => {
    const powerState = simPowerState(books.get(serverId));
    if (powerState !== "no-state") bus.publish(serverPowerChanged, { hostId, serverId, powerState });
  };
  const serve = (command: SimCommandName) =>
    bus.serve(commands[command], { hostId }, async (message) => {
      const { serverId } = message as { readonly serverId?: string };
      const carryOut = async (): Promise<object> => {
        const before = serverId === undefined ? undefined : simPowerState(books.get(serverId));
        // The table pairs each contract with its command by name, which the type system cannot follow here.
        const answer = await Promise.resolve<object>(
          simCommands[command]({ books, key, bus, hostId }, message as never),
        );
        if (serverId !== undefined && simPowerState(books.get(serverId)) !== before) report(serverId);
        return answer;
      };
      const run = () => options.conduct({ command, serverId }, carryOut);
      try {
        const looks = serverId === undefined || simLookingCommands.has(command);
        const answer = await (looks ? run() : queue.run(serverId, run, commandParts[command]));
        return answer === vanished ? await new Promise<never>(() => undefined) : answer;
      } catch (error) {
        if (isCloudError(error)) log.warn({ command, serverId, code: error.code }, error.message);
        throw error;
      }
    });
  const stops = (Object.keys(commands) as SimCommandName[]).map(serve);
  const ended = new AbortController();
  let beat: NodeJS.Timeout | undefined;
  return {
    hostId,
    servers: books.servers,
    async register() {
      const facts = simHostFacts(
        { hostId, hostname, publicKey: key.publicKey, agentStart },
        options.size ?? simSizeDefault,
        options.settings ?? {},
      );
      await registerUntilAnswered(bus, facts, ended.signal);
      for (const serverId of books.servers.keys()) report(serverId);
      await tpmsCatchUp({ bus, hostId }, books);
      clearInterval(beat);
      beat = setInterval(() => bus.publish(hostHeartbeat, { hostId }), heartbeatMs);
    },
    async stop() {
      ended.abort();
      clearInterval(beat);
      for (const stop of stops) stop();
      // A command that a test still holds never ends.
      await Promise.race([queue.idle(), sleep(stopPatienceMs)]);
    },
  };
}

/** What the vault does not take now it hears at the server's next start or stop. */
async function tpmsCatchUp(
  place: { readonly bus: Bus; readonly hostId: string },
  books: SimBooks,
): Promise<void> {
  const running = [...books.servers].filter(
    ([, { power, tpm }]) => tpm !== undefined && power !== "shutdown",
  );
  const work = running.map(([serverId, { tpm }]) => simStateCatchUp(place, serverId, tpm?.writes ?? 0));
  await Promise.allSettled(work);
}

async function registerUntilAnswered(
  bus: Bus,
  facts: ReturnType<typeof simHostFacts>,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    try {
      await bus.request(hostRegister, facts, { timeoutMs: answerTimeoutMs });
      return;
    } catch (error) {
      if (signal.aborted)
        throw new CloudError("unavailable", "The simulated host was stopped.", { cause: error });
      if (!isCloudError(error, "unavailable", "timeout")) throw error;
    }
    await sleep(retryMs, signal);
  }
}
