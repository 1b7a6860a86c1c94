import { expect } from "vitest";
import { eventually, type Answer, type Client } from "./client.ts";
import type { TestCloud } from "./test-cloud.ts";

const path = "/compute/v2.1/servers";

/** Makes, looks at and removes servers of a cloud. */
export function serverKit(cloud: () => Pick<TestCloud, "admin" | "demo">) {
  async function flavorNamed(name: string): Promise<string> {
    const list = await cloud().demo.send("GET", "/compute/v2.1/flavors");
    return (
      (list.body.flavors as { id: string; name: string }[]).find((flavor) => flavor.name === name)?.id ?? ""
    );
  }

  async function create(
    client: Client,
    imageRef: string,
    more: { readonly server?: object; readonly body?: object; readonly version?: string } = {},
  ): Promise<Answer> {
    const flavorRef = await flavorNamed("plain.small");
    const server = { name: "s", imageRef, flavorRef, networks: "none", ...more.server };
    return client.send("POST", path, { server, ...more.body }, more.version ?? "2.96");
  }

  /** The server when it has left its task; `{ gone: true }` when there is none. */
  async function settled(id: string): Promise<Record<string, unknown>> {
    return eventually(async () => {
      const { status, body } = await cloud().admin.send("GET", `${path}/${id}`, undefined, "2.96");
      if (status === 404) return { gone: true };
      return body.server["OS-EXT-STS:task_state"] === null
        ? (body.server as Record<string, unknown>)
        : undefined;
    });
  }

  /** Waits until the server has this status and no task; `GONE`: until there is none. */
  async function reached(id: string, status: string): Promise<void> {
    await eventually(async () => {
      const server = await settled(id);
      return ("gone" in server ? "GONE" : server["status"]) === status ? true : undefined;
    });
  }

  async function made(client: Client, imageRef: string, server: object = {}): Promise<string> {
    const answer = await create(client, imageRef, { server });
    expect(answer.status, JSON.stringify(answer.body)).toBe(202);
    expect(await settled(answer.body.server.id)).toMatchObject({ status: "ACTIVE" });
    return answer.body.server.id as string;
  }

  async function remove(id: string): Promise<void> {
    expect((await cloud().admin.send("DELETE", `${path}/${id}`)).status).toBe(204);
    expect(await settled(id)).toEqual({ gone: true });
  }

  return { create, settled, reached, made, remove };
}
