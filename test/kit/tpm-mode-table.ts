import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ControlPlaneOptions } from "../../src/main/control-plane.ts";
import { imageMake, type Answer, type Client } from "./client.ts";
import { serverKit } from "./servers.ts";
import { startSimulatedCloud, type SimulatedCloud } from "./simulated-cloud.ts";
import {
  tpmActors,
  tpmModes,
  type Actor,
  type ActorName,
  type OperationKind,
  type TpmMode,
} from "./tpm-mode-actors.ts";

export type TpmServerStatus =
  | "ACTIVE"
  | "SHUTOFF"
  | "PAUSED"
  | "SUSPENDED"
  | "RESCUE"
  | "VERIFY_RESIZE"
  | "SHELVED"
  | "SHELVED_OFFLOADED"
  | "SOFT_DELETED";

/** A server of the table, as its bodies may need it. */
export interface TpmServer {
  readonly id: string;
  readonly mode: TpmMode;
  /** Of the same mode and TPM, another than the server's own. */
  readonly otherFlavor: string;
  /** Of the same mode with a TPM of another version. */
  readonly otherTpmFlavor: string;
  readonly image: string;
  /** The newest that the vault has. */
  readonly generation: number;
}

export interface TpmOperation {
  readonly name: string;
  readonly from: TpmServerStatus;
  readonly to: TpmServerStatus | "GONE";
  /** Of POST /servers/{id}/action; `DELETE` is that request. */
  readonly body: "DELETE" | object | ((server: TpmServer) => object);
  readonly kind: OperationKind;
  /** What Nova answers when it accepts, where that is not 202. */
  readonly accepted?: number;
  /** By an administrator, after it was accepted. */
  readonly after?: object;
}

const servers = "/compute/v2.1/servers";
const secretsPath = "/key-manager/v1/secrets";

const waysIn: Readonly<Record<Exclude<TpmServerStatus, "ACTIVE" | "VERIFY_RESIZE">, "DELETE" | object>> = {
  SHUTOFF: { "os-stop": null },
  PAUSED: { pause: null },
  SUSPENDED: { suspend: null },
  RESCUE: { rescue: null },
  SHELVED: { shelve: null },
  SHELVED_OFFLOADED: { shelve: null },
  SOFT_DELETED: "DELETE",
};
const waysOut: Readonly<Record<Exclude<TpmServerStatus, "ACTIVE">, object>> = {
  SHUTOFF: { "os-start": null },
  PAUSED: { unpause: null },
  SUSPENDED: { resume: null },
  RESCUE: { unrescue: null },
  VERIFY_RESIZE: { revertResize: null },
  SHELVED: { unshelve: null },
  SHELVED_OFFLOADED: { unshelve: null },
  SOFT_DELETED: { restore: null },
};

interface Tpm {
  readonly secret_id: string;
  readonly owner_user_id: string;
  readonly owner_project_id: string;
}

/** A cloud with one simulated host, a flavor of each mode, and everybody of `tpmActors`. */
export function tpmModeCloud(compute: ControlPlaneOptions["compute"] = {}) {
  let cloud: SimulatedCloud;
  let image: string;
  const kit = serverKit(() => cloud);
  const clients = new Map<ActorName, Client>();
  /** By mode; `MODE larger`, `MODE 1.2`. */
  const flavors = new Map<string, string>();

  beforeAll(async () => {
    cloud = await startSimulatedCloud({ compute });
    clients.set("owner", cloud.demo);
    clients.set("admin", cloud.admin);
    clients.set("member", await cloud.userAdd("colleague", "demo", "member"));
    clients.set("reader", await cloud.userAdd("onlooker", "demo", "reader"));
    clients.set("stranger", await cloud.userAdd("stranger", "others", "member"));
    image = await imageMake(cloud.demo);
    for (const mode of tpmModes) {
      const specs = { "hw:tpm_version": "2.0", "hw:tpm_secret_security": mode };
      for (const name of [mode, `${mode} larger`]) flavors.set(name, await cloud.flavorAdd(name, specs));
      const other = { ...specs, "hw:tpm_version": "1.2" };
      flavors.set(`${mode} 1.2`, await cloud.flavorAdd(`${mode} 1.2`, other));
    }
  }, 60_000);
  afterAll(() => cloud.stop());

  function clientOf(name: ActorName): Client {
    const client = clients.get(name);
    if (!client) throw new Error(`there is no ${name}`);
    return client;
  }

  const made = (mode: TpmMode): Promise<string> =>
    kit.made(cloud.demo, image, { name: mode, flavorRef: flavors.get(mode) });
  const reached = (id: string, status: TpmServerStatus | "GONE"): Promise<void> => kit.reached(id, status);

  /** The server's status once it has no task. */
  async function settled(id: string): Promise<string> {
    const server = await kit.settled(id);
    return "gone" in server ? "GONE" : (server["status"] as string);
  }

  function act(client: Client, id: string, body: "DELETE" | object): Promise<Answer> {
    return body === "DELETE"
      ? client.send("DELETE", `${servers}/${id}`)
      : client.send("POST", `${servers}/${id}/action`, body);
  }

  async function accept(id: string, body: "DELETE" | object): Promise<void> {
    const answer = await act(cloud.demo, id, body);
    expect([200, 202, 204], JSON.stringify(answer.body)).toContain(answer.status);
  }

  async function asked(id: string, mode: TpmMode): Promise<TpmServer> {
    const { flavor } = (await kit.settled(id)) as { flavor: { original_name: string } };
    const own = flavor.original_name;
    const [other, otherTpm] = [
      own === mode ? `${mode} larger` : mode,
      own.endsWith("1.2") ? mode : `${mode} 1.2`,
    ];
    const { body } = await cloud.admin.send("GET", `${servers}/${id}/sealstone:tpm/history`);
    const [newest] = body["sealstone:tpm_history"].generations as { generation: number }[];
    return {
      id,
      mode,
      image,
      generation: newest?.generation ?? 0,
      otherFlavor: flavors.get(other) ?? "",
      otherTpmFlavor: flavors.get(otherTpm) ?? "",
    };
  }

  /** By its owner, over ACTIVE. */
  async function bring(id: string, mode: TpmMode, to: TpmServerStatus): Promise<void> {
    const status = (await settled(id)) as TpmServerStatus;
    // A server that was resized while it was off would not come back to ACTIVE.
    if (status === to && to !== "VERIFY_RESIZE") return;
    if (status !== "ACTIVE") {
      await accept(id, waysOut[status]);
      if ((await settled(id)) === "SHUTOFF") await accept(id, waysOut.SHUTOFF);
      await reached(id, "ACTIVE");
    }
    if (to === "ACTIVE") return;
    if (to === "VERIFY_RESIZE")
      await accept(id, { resize: { flavorRef: (await asked(id, mode)).otherFlavor } });
    else await accept(id, waysIn[to]);
    await reached(id, to);
  }

  async function tpmOf(id: string): Promise<Tpm> {
    return (await cloud.admin.send("GET", `${servers}/${id}/sealstone:tpm`)).body["sealstone:tpm"] as Tpm;
  }

  /** Everything that a refusal must leave alone: server, actions, domain, TPM, vault, secret, images. */
  async function allOf(id: string): Promise<object> {
    const { secret_id: secretId } = await tpmOf(id);
    const answers = [
      await cloud.admin.send("GET", `${servers}/${id}/os-instance-actions`),
      await cloud.admin.send("GET", `${servers}/${id}/sealstone:tpm/history`),
      await cloud.admin.send("GET", `${secretsPath}/${secretId}`),
      await cloud.demo.send("GET", `${secretsPath}?limit=1000`),
      await cloud.admin.send("GET", "/image/v2/images?limit=1000"),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    return {
      server: await kit.settled(id),
      answers: answers.map(({ body }) => body as unknown),
      payload: await payloadOf(cloud.demo, secretId),
      host: cloud.host().servers.get(id),
    };
  }

  /** As a hash, or the status of a refusal. */
  async function payloadOf({ token }: Client, secretId: string): Promise<string | number> {
    const headers = { "x-auth-token": token, accept: "application/octet-stream" };
    const answer = await fetch(`${cloud.url}${secretsPath}/${secretId}/payload`, { headers });
    const bytes = Buffer.from(await answer.arrayBuffer());
    return answer.status === 200 ? createHash("sha256").update(bytes).digest("hex") : answer.status;
  }

  async function deniedEvents(id: string): Promise<number> {
    const path = `/sealstone/v1/audit?server=${id}&event=denied`;
    return ((await cloud.admin.send("GET", path)).body.audit_events as unknown[]).length;
  }

  /** What the owner says of the secret holds while `work` runs. In the mode `deployment` it is not theirs to say. */
  async function withAcl(actor: Actor, server: { id: string; mode: TpmMode }, work: () => Promise<void>) {
    if (actor.acl === undefined) return await work();
    const path = `${secretsPath}/${(await tpmOf(server.id)).secret_id}/acl`;
    const put = await cloud.demo.send("PUT", path, actor.acl(clientOf(actor.client)));
    expect(put.status, JSON.stringify(put.body)).toBe(server.mode === "deployment" ? 403 : 200);
    try {
      await work();
    } finally {
      // With its secret it is gone.
      if (server.mode !== "deployment")
        expect([200, 404]).toContain((await cloud.demo.send("DELETE", path)).status);
    }
  }

  /** Which secret, whose, and what would allow it. */
  async function refusalCheck(message: string, server: { id: string; mode: TpmMode }, client: Client) {
    const { secret_id: secretId } = await tpmOf(server.id);
    expect(message).toContain(
      `(secret ${secretId} in the key manager, of user ${cloud.demo.userId} in project ${cloud.demo.projectId})`,
    );
    expect(message).toContain(`openstack acl user add --user ${client.userId} --operation-type read`);
    expect(message).toMatch(
      server.mode === "user" ? /hw:tpm_secret_security=host or deployment/ : /Operators/,
    );
  }

  /** One operation by one actor: the status, and what is left of a refusal, which is all. */
  async function ask(operation: TpmOperation, actor: Actor, id: string, mode: TpmMode): Promise<void> {
    const { kind, body } = operation;
    const expected = actor.answers[kind][mode];
    const client = clientOf(actor.client);
    const before = expected === 202 ? undefined : { all: await allOf(id), denied: await deniedEvents(id) };
    const sent = typeof body === "function" ? body(await asked(id, mode)) : body;
    const answer = await act(client, id, sent);
    const saying = `${actor.who}: ${JSON.stringify(answer.body)}`;
    expect(answer.status, saying).toBe(expected === 202 ? (operation.accepted ?? 202) : expected);
    if (!before) {
      await reached(id, operation.to);
      if (operation.after) expect((await act(cloud.admin, id, operation.after)).status).toBe(202);
      return;
    }
    expect(await allOf(id), saying).toEqual(before.all);
    const usesSecret = kind === "starts" || kind === "reads";
    const byKeyManager = expected === 403 && usesSecret && actor.client !== "reader";
    expect((await deniedEvents(id)) - before.denied, saying).toBe(byKeyManager ? 1 : 0);
    if (byKeyManager) await refusalCheck(answer.body.forbidden.message as string, { id, mode }, client);
  }

  /** The table: each operation by each actor, in each mode. */
  function table(operations: readonly TpmOperation[]): void {
    describe.each(tpmModes)("mode %s", (mode) => {
      let id: string;
      beforeAll(async () => {
        id = await made(mode);
      });

      test.each(operations)(
        "$name",
        async (operation) => {
          for (const actor of tpmActors) {
            if ((await settled(id)) === "GONE") id = await made(mode);
            await bring(id, mode, operation.from);
            await withAcl(actor, { id, mode }, () => ask(operation, actor, id, mode));
            // The passphrase of its TPM may be another's now.
            if (operation.kind === "replaces") {
              await accept(id, "DELETE");
              await reached(id, "GONE");
            }
          }
        },
        60_000,
      );
    });
  }

  return {
    cloud: () => cloud,
    client: clientOf,
    image: () => image,
    flavor: (name: string) => flavors.get(name) ?? "",
    table,
    made,
    bring: (id: string, mode: TpmMode, to: TpmServerStatus) => bring(id, mode, to),
    reached,
    act,
    allOf,
    tpmOf,
    payloadOf,
  };
}
