/** kill -9 of the cloud at each step of an operation: what is there afterwards is what is there when nobody kills it. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { nothing } from "#saga/index.ts";
import { serverCreateBackup } from "../../src/compute/sagas/server-create-backup.ts";
import { serverCreateImage } from "../../src/compute/sagas/server-create-image.ts";
import { serverRebuild } from "../../src/compute/sagas/server-rebuild.ts";
import { serverCreate } from "../../src/compute/sagas/server-create.ts";
import { serverDelete } from "../../src/compute/sagas/server-delete.ts";
import { serverRescue } from "../../src/compute/sagas/server-rescue.ts";
import { serverResizeConfirm } from "../../src/compute/sagas/server-resize-confirm.ts";
import { serverResizeRevert } from "../../src/compute/sagas/server-resize-revert.ts";
import { serverShelve } from "../../src/compute/sagas/server-shelve.ts";
import { serverShelveOffload } from "../../src/compute/sagas/server-shelve-offload.ts";
import { serverUnrescue } from "../../src/compute/sagas/server-unrescue.ts";
import { serverUnshelve } from "../../src/compute/sagas/server-unshelve.ts";
import { serverResize } from "../../src/compute/sagas/server-resize.ts";
import { eventually } from "../kit/client.ts";
import { cloudPrepare, serverAsk, type Prepared } from "../kit/prepared-cloud.ts";
import { realCloudForTests } from "../kit/real-cloud-for-tests.ts";
import { randomOf } from "../kit/random.ts";
import { serverRemains } from "../kit/server-remains.ts";

const run = promisify(execFile);
const servers = "/compute/v2.1/servers";
const patienceMs = 300_000;

const cloud = realCloudForTests();
let prepared: Prepared;
let other: string;

beforeAll(async () => {
  if (!every) console.log(`KILL_STEPS_SEED=${seed}`);
  // An image without an operating system: what counts here is what is made for a server, not what it does.
  prepared = await cloudPrepare(cloud().url, cloud().statePath, { vcpus: 1 });
  const flavor = { name: "vtpm.other", vcpus: 1, ram: 96, disk: 2 };
  other = (await cloud().admin.send("POST", "/compute/v2.1/flavors", { flavor })).body.flavor.id as string;
  await cloud().admin.send("POST", `/compute/v2.1/flavors/${other}/os-extra_specs`, {
    extra_specs: { "hw:tpm_version": "2.0", "hw:tpm_model": "tpm-tis" },
  });
});

interface Operation {
  readonly saga: { readonly name: string; readonly steps: readonly { name: string; run: unknown }[] };
  /** A server in the state that the operation needs. */
  readonly before: () => Promise<string | undefined>;
  /** Answers the server's id. */
  readonly ask: (id: string) => Promise<string>;
}

/** Status when no task is left; "gone" when the server is. */
async function settled(id: string): Promise<string> {
  return eventually(async () => {
    const { status, body } = await cloud().demo.send("GET", `${servers}/${id}`);
    if (status === 404) return "gone";
    return body.server["OS-EXT-STS:task_state"] === null ? (body.server.status as string) : undefined;
  }, patienceMs);
}

async function newest(): Promise<string> {
  return (await cloud().demo.send("GET", servers)).body.servers[0].id as string;
}

async function act(id: string, body: object): Promise<string> {
  const answer = await cloud().demo.send("POST", `${servers}/${id}/action`, body, "2.96");
  expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
  return id;
}

async function running(): Promise<string> {
  const id = await serverAsk(prepared, "vtpm");
  expect(await settled(id)).toBe("ACTIVE");
  return id;
}

/** Without waiting for a guest that has no ears for its power button. */
async function stopped(): Promise<string> {
  const id = await running();
  await run("virsh", ["destroy", id]);
  await eventually(async () => ((await settled(id)) === "SHUTOFF" ? true : undefined), patienceMs);
  return id;
}

const replace = (id: string): Promise<string> =>
  act(id, { resize: { flavorRef: other, "sealstone:tpm": "replace" } });

async function resized(): Promise<string> {
  const id = await replace(await stopped());
  expect(await settled(id)).toBe("VERIFY_RESIZE");
  return id;
}

/** Its domain off, for the same reason. */
async function rescued(): Promise<string> {
  const id = await act(await stopped(), { rescue: null });
  expect(await settled(id)).toBe("RESCUE");
  await run("virsh", ["destroy", id]);
  return id;
}

async function shelved(): Promise<string> {
  const id = await act(await stopped(), { shelve: null });
  expect(await settled(id)).toBe("SHELVED_OFFLOADED");
  return id;
}

const remove = async (id: string): Promise<string> => {
  expect((await cloud().demo.send("DELETE", `${servers}/${id}`)).status).toBe(204);
  return id;
};

const operations: readonly Operation[] = [
  {
    saga: serverCreate,
    before: () => Promise.resolve(undefined),
    ask: () => serverAsk(prepared, "vtpm"),
  },
  { saga: serverResize, before: stopped, ask: replace },
  { saga: serverResizeConfirm, before: resized, ask: (id) => act(id, { confirmResize: null }) },
  { saga: serverResizeRevert, before: resized, ask: (id) => act(id, { revertResize: null }) },
  {
    saga: serverRebuild,
    before: stopped,
    ask: (id) => act(id, { rebuild: { imageRef: prepared.image, "sealstone:tpm": "replace" } }),
  },
  {
    saga: serverCreateImage,
    before: running,
    ask: (id) => act(id, { createImage: { name: "copy", "sealstone:tpm": "copy" } }),
  },
  {
    saga: serverCreateBackup,
    before: stopped,
    ask: (id) => act(id, { createBackup: { name: "backup", backup_type: "daily", rotation: 1 } }),
  },
  { saga: serverRescue, before: stopped, ask: (id) => act(id, { rescue: null }) },
  { saga: serverUnrescue, before: rescued, ask: (id) => act(id, { unrescue: null }) },
  { saga: serverShelve, before: stopped, ask: (id) => act(id, { shelve: null }) },
  // The one that a shelve begins.
  { saga: serverShelveOffload, before: stopped, ask: (id) => act(id, { shelve: null }) },
  { saga: serverUnshelve, before: shelved, ask: (id) => act(id, { unshelve: null }) },
  { saga: serverDelete, before: resized, ask: remove },
];

/**
 * KILL_STEPS=all: at every step, which takes long; names of sagas with commas between: at every step of these alone. Else at one of each
 * operation, of the seed's choice.
 */
const wanted = process.env["KILL_STEPS"];
const every = wanted !== undefined;
const named = operations.filter(
  ({ saga }) => wanted === undefined || wanted === "all" || wanted.split(",").includes(saga.name),
);
const seed = Number(process.env["KILL_STEPS_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
const random = randomOf(seed);

/** After each effect; KILL_STEPS_BEFORE=1: before it too. */
const moments = process.env["KILL_STEPS_BEFORE"] === "1" ? ["before", "after"] : ["after"];

function chosen(all: readonly string[]): readonly string[] {
  const index = Math.floor(random() * all.length);
  return every ? all : all.slice(index, index + 1);
}

/** What is there of the server after each operation that nobody disturbs. */
const undisturbed = new Map<string, object>();

// Some at a time: they have nothing to do with each other.
test.concurrent.each(named)("$saga.name undisturbed", async ({ saga, before, ask }) => {
  const id = await ask((await before()) ?? "");
  expect(await settled(id)).not.toBe("ERROR");
  undisturbed.set(saga.name, await serverRemains(cloud(), id));
  if ((await settled(id)) !== "gone") await remove(id);
  expect(await settled(id)).toBe("gone");
});

describe.each(named)("$saga.name", ({ saga, before, ask }) => {
  const steps = saga.steps.filter((step) => step.run !== nothing).map((step) => step.name);
  test.each(chosen(steps.flatMap((step) => moments.map((moment) => `${step}:${moment}`))))(
    "killed at %s",
    async (moment) => {
      let id = (await before()) ?? "";
      await cloud().killedAt(`${saga.name}:${moment}`, async () => {
        // The answer may die with the process.
        id = await ask(id).catch((error: unknown) => {
          if (error instanceof TypeError) return id;
          throw error;
        });
      });
      await cloud().start();
      if (id === "") id = await newest();
      await settled(id);
      const remains = await serverRemains(cloud(), id);
      // First, so that the host has room for the next one, whatever this one is.
      if ((await settled(id)) !== "gone") await remove(id);
      expect(await settled(id)).toBe("gone");
      expect(remains).toEqual(undisturbed.get(saga.name));
    },
  );
});
