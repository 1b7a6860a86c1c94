import { expect } from "vitest";
import { parseGuestFacts, type GuestFacts } from "../../guest/console-facts.ts";
import { eventually, type Answer, type Client } from "./client.ts";
import type { RealCloud } from "./real-cloud.ts";

const servers = "/compute/v2.1/servers";
const patienceMs = 180_000;

/** Servers of a real cloud, and what their guests print. */
export function realGuests(cloud: () => RealCloud) {
  async function imageNamed(name: string): Promise<string> {
    const { body } = await cloud().demo.send("GET", `/image/v2/images?name=${name}`);
    return body.images[0].id as string;
  }

  async function flavorMake(name: string, extraSpecs: Readonly<Record<string, string>>): Promise<string> {
    const flavor = { name, ram: 256, vcpus: 1, disk: 1 };
    const made = await cloud().admin.send("POST", "/compute/v2.1/flavors", { flavor });
    const id = made.body.flavor.id as string;
    const specs = { extra_specs: extraSpecs };
    await cloud().admin.send("POST", `/compute/v2.1/flavors/${id}/os-extra_specs`, specs);
    return id;
  }

  async function create(server: object): Promise<string> {
    const wanted = { name: "guest", networks: "none", ...server };
    const answer = await cloud().demo.send("POST", servers, { server: wanted }, "2.96");
    expect(answer.status, JSON.stringify(answer.body)).toBe(202);
    return answer.body.server.id as string;
  }

  /** The server when it has left its task; undefined when there is none. */
  async function settled(id: string): Promise<Record<string, unknown> | undefined> {
    const [found] = await eventually(async () => {
      const { status, body } = await cloud().admin.send("GET", `${servers}/${id}`, undefined, "2.96");
      if (status === 404) return [undefined];
      const server = body.server as Record<string, unknown>;
      return server["OS-EXT-STS:task_state"] === null ? [server] : undefined;
    }, patienceMs);
    return found;
  }

  async function act(id: string, body: object, client: Pick<Client, "send"> = cloud().demo): Promise<Answer> {
    return client.send("POST", `${servers}/${id}/action`, body, "2.96");
  }

  /** Does it, and waits for its end. */
  async function done(id: string, body: object, status: string): Promise<void> {
    const answer = await act(id, body);
    expect(answer.status, JSON.stringify(answer.body)).toBe(202);
    const server = await settled(id);
    expect(server, JSON.stringify(server?.["fault"])).toMatchObject({ status });
  }

  /** The blocks of facts on the console, oldest first. */
  async function printed(id: string): Promise<readonly GuestFacts[]> {
    const answer = await act(id, { "os-getConsoleOutput": {} });
    return parseGuestFacts(answer.status === 200 ? (answer.body.output as string) : "");
  }

  /** The newest block of facts that `accept` takes. */
  async function facts(id: string, accept: (block: GuestFacts) => boolean): Promise<GuestFacts> {
    return eventually(async () => (await printed(id)).findLast(accept), patienceMs);
  }

  /** Boots that were looked at: the console's log keeps what earlier ones printed. */
  const seen = new Set<string>();

  /** Of these boots a later {@link newBoot} does not answer one. */
  async function bootsNote(id: string): Promise<void> {
    for (const { bootId } of await printed(id)) seen.add(bootId);
  }

  /** The first block of the guest's next boot: of one that had printed nothing when this was asked last. */
  async function newBoot(id: string): Promise<GuestFacts> {
    return eventually(async () => {
      const blocks = await printed(id);
      const first = blocks.findLast(({ seq, bootId }) => seq === 1 && !seen.has(bootId));
      if (first) for (const { bootId } of blocks) seen.add(bootId);
      return first;
    }, patienceMs);
  }

  async function remove(id: string): Promise<void> {
    expect((await cloud().demo.send("DELETE", `${servers}/${id}`)).status).toBe(204);
    expect(await settled(id)).toBeUndefined();
  }

  return { imageNamed, flavorMake, create, settled, act, done, facts, newBoot, bootsNote, remove };
}
