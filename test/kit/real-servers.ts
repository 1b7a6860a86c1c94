import { expect } from "vitest";
import { parseGuestFacts, type GuestFacts } from "../../guest/console-facts.ts";
import { eventually, type Answer } from "./client.ts";
import type { RealCloud } from "./real-cloud.ts";

const servers = "/compute/v2.1/servers";
const bootTimeoutMs = 180_000;

/** Acts on servers of a real cloud as their owner and hears what their guests say. */
export function realServerKit(cloud: () => RealCloud) {
  /** Waits until the server is in this status and has no task; a server that fails meanwhile fails the test. */
  async function status(id: string, wanted: string): Promise<void> {
    await eventually(async () => {
      const { body } = await cloud().demo.send("GET", `${servers}/${id}`);
      if (body.server.status === "ERROR" && wanted !== "ERROR") throw new Error(JSON.stringify(body.server));
      const { status: now, "OS-EXT-STS:task_state": task } = body.server as Record<string, unknown>;
      return now === wanted && task === null ? true : undefined;
    }, bootTimeoutMs);
  }

  /** An action that is accepted and leads to the status. */
  async function act(id: string, body: object, wanted: string, version?: string): Promise<Answer> {
    const answer = await cloud().demo.send("POST", `${servers}/${id}/action`, body, version);
    expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
    await status(id, wanted);
    return answer;
  }

  /** The newest block of facts on the server's console that `accept` takes. */
  async function facts(id: string, accept: (block: GuestFacts) => boolean): Promise<GuestFacts> {
    return eventually(async () => {
      const body = { "os-getConsoleOutput": {} };
      const answer = await cloud().demo.send("POST", `${servers}/${id}/action`, body);
      return answer.status === 200
        ? parseGuestFacts(answer.body.output as string).findLast(accept)
        : undefined;
    }, bootTimeoutMs);
  }

  /** Deletes it and waits until it is gone. */
  async function gone(id: string): Promise<void> {
    expect((await cloud().demo.send("DELETE", `${servers}/${id}`)).status).toBe(204);
    await eventually(
      async () => ((await cloud().demo.send("GET", `${servers}/${id}`)).status === 404 ? true : undefined),
      bootTimeoutMs,
    );
  }

  return { act, facts, gone, status };
}
