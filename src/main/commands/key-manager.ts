import { sleep } from "#base/clock.ts";
import { CloudError, isCloudError } from "#base/errors.ts";
import { cloudClient, type CloudFailure } from "../cloud-client.ts";
import type { Command } from "./command.ts";
import { passphraseOrphansText } from "./passphrase-orphans.ts";
import { print } from "./print.ts";

interface RotationView {
  readonly project_id: string;
  readonly status: string;
  readonly total: number;
  readonly remaining: number;
}

interface MasterKeyView {
  readonly id: string;
  readonly generation: number;
  readonly status: string;
  readonly remaining: number;
}

export const keyManager: Command = {
  summary:
    "gives the cloud a new master key, or projects new keys; shows passphrases that outlived their servers",
  arguments: "(rotate-master | rotate-project (PROJECT_ID | --all) | orphans)",
  description: `rotate-master    makes a new master key, which wraps from now on, and moves to it what the old one has wrapped: projects'
                 keys, and what the identity service keeps. The old key leaves the key file a minute after that at the
                 earliest, when the database shows that nothing needs it. Afterwards back the key file up: older backups
                 of the database still need the older file.
rotate-project   gives the project, or all that have one, a new key-encryption key and moves all payloads to it.
                 Older keys are deleted a minute after its begin at the earliest, when nothing needs them.
orphans          shows the TPM passphrases in an external Barbican whose servers are deleted or were never made: Barbican refused
                 to delete them, or did not answer. Each goes with the next request of somebody of its project who may
                 delete it.
All ask the running cloud, as the administrator of the openrc in the state directory, and show how far it is. Secrets can
be read and stored all the while. Interrupting a rotation's command interrupts nothing: a rotation also survives the end of the cloud.`,
  ownOptions: { all: { summary: "all projects that have a key" } },
  async run({ config, rest: [verb, projectId, ...more], own }) {
    const isAll = own.flag("all");
    if (verb === "orphans" && projectId === undefined && !isAll) {
      const client = await inOwnWords(cloudClient(config.statePath, {}));
      await print(await inOwnWords(passphraseOrphansText(client)));
      return 0;
    }
    const isMaster = verb === "rotate-master" && projectId === undefined && !isAll;
    const isProject = verb === "rotate-project" && more.length === 0 && (projectId === undefined) === isAll;
    if (!isMaster && !isProject)
      throw new CloudError(
        "invalid",
        "key-manager takes rotate-master, rotate-project PROJECT_ID, rotate-project --all or orphans. See sealstone key-manager --help.",
      );
    const rotations = await rotationsOf(config.statePath);
    await (isMaster ? rotateMaster(rotations) : rotateProjects(rotations, projectId));
    return 0;
  },
};

async function rotateMaster(rotations: Rotations): Promise<void> {
  const key = await rotations.startMaster();
  const total = key.remaining;
  console.log(`master key ${key.generation}: ${total} values to move to it`);
  for (;;) {
    const old = (await rotations.masterKeys()).find(({ generation }) => generation === key.generation - 1);
    const remaining = old?.remaining ?? 0;
    console.log(`${Math.max(0, total - remaining)} of ${total} moved`);
    if (remaining === 0) break;
    await sleep(1_000);
  }
  console.log(
    `Master key ${key.generation - 1} leaves the key file in a minute, when nothing needs it. Back the key file up.`,
  );
}

async function rotateProjects(rotations: Rotations, projectId: string | undefined): Promise<void> {
  const started = await rotations.start(projectId);
  if (started.length === 0) console.log("Nothing to rotate: no project has a key, or all are on their way.");
  for (const one of started) console.log(`${one.project_id}: ${one.total} payloads to move`);
  await progressShow(rotations, new Set(started.map(({ project_id: id }) => id)));
}

async function progressShow(rotations: Rotations, projectIds: Set<string>): Promise<void> {
  while (projectIds.size > 0) {
    for (const one of await rotations.list()) {
      if (!projectIds.has(one.project_id)) continue;
      console.log(`${one.project_id}: ${one.total - one.remaining} of ${one.total} moved`);
      if (one.status !== "RESEALING") projectIds.delete(one.project_id);
    }
    if (projectIds.size > 0) await sleep(1_000);
  }
}

interface Rotations {
  start(projectId: string | undefined): Promise<readonly RotationView[]>;
  list(): Promise<readonly RotationView[]>;
  startMaster(): Promise<MasterKeyView>;
  /** The oldest first. */
  masterKeys(): Promise<readonly MasterKeyView[]>;
}

/** The running cloud's, for the administrator whose openrc is in the state directory. */
async function rotationsOf(statePath: string): Promise<Rotations> {
  const client = await inOwnWords(cloudClient(statePath, {}));
  const [path, masterPath] = ["/v1/sealstone-rotations", "/v1/sealstone-master-keys"];
  return {
    async start(projectId) {
      const body = projectId === undefined ? {} : { project_id: projectId };
      return ((await inOwnWords(client.post("key-manager", path, body))) as Page).rotations;
    },
    async list() {
      const found: RotationView[] = [];
      let next: string | undefined = `${path}?limit=100`;
      while (next !== undefined) {
        const page = (await inOwnWords(client.get("key-manager", next))) as Page;
        found.push(...page.rotations);
        next = page.next;
      }
      return found;
    },
    async startMaster() {
      const { master_key: key } = (await inOwnWords(client.post("key-manager", masterPath, {}))) as {
        master_key: MasterKeyView;
      };
      return key;
    },
    async masterKeys() {
      const { master_keys: keys } = (await inOwnWords(client.get("key-manager", masterPath))) as {
        master_keys: readonly MasterKeyView[];
      };
      return keys;
    },
  };
}

interface Page {
  readonly rotations: readonly RotationView[];
  readonly next?: string;
}

/** What the client throws, as this command says it. */
async function inOwnWords<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (cause) {
    if (!isCloudError(cause)) throw cause;
    const { status, said, silentUrl, unreadablePath } = cause.data as CloudFailure;
    if (status !== undefined)
      throw new CloudError("invalid", `The cloud refused: ${status} ${said}`, { cause });
    if (silentUrl !== undefined)
      throw new CloudError(
        "unavailable",
        `The cloud does not answer at ${silentUrl}. Start it: this is asked of a cloud that runs.`,
        { cause },
      );
    if (unreadablePath === undefined) throw cause;
    throw new CloudError(
      "invalid",
      `The administrator's ${unreadablePath} cannot be read. Name the cloud's state directory by --state-path.`,
      { cause },
    );
  }
}
