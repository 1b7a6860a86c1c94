import { beforeAll, expect, test } from "vitest";
import { parseGuestFacts, type GuestFacts } from "../../guest/console-facts.ts";
import { eventually } from "../kit/client.ts";
import { processesWith } from "../kit/processes.ts";
import { realCloudForTests } from "../kit/real-cloud-for-tests.ts";

const servers = "/compute/v2.1/servers";
const patienceMs = 500_000;

const cloud = realCloudForTests();
let id: string;

beforeAll(async () => {
  const { body } = await cloud().demo.send("GET", "/image/v2/images?name=sealstone-guest");
  const { flavors } = (await cloud().demo.send("GET", "/compute/v2.1/flavors")).body as {
    flavors: { id: string; name: string }[];
  };
  const flavorRef = flavors.find(({ name }) => name === "vtpm.small")?.id;
  const server = { name: "e", imageRef: body.images[0].id as string, flavorRef, networks: "none" };
  id = (await cloud().demo.send("POST", servers, { server }, "2.37")).body.server.id as string;
});

async function boot(after: string | undefined): Promise<GuestFacts> {
  return eventually(async () => {
    const answer = await cloud().demo.send("POST", `${servers}/${id}/action`, { "os-getConsoleOutput": {} });
    const text = answer.status === 200 ? (answer.body.output as string) : "";
    return parseGuestFacts(text).findLast(({ seq, bootId }) => seq === 1 && bootId !== after);
  }, patienceMs);
}

async function status(wanted: string): Promise<string> {
  return eventually(async () => {
    const { server } = (await cloud().demo.send("GET", `${servers}/${id}`)).body;
    return server.status === wanted && server["OS-EXT-STS:task_state"] === null
      ? String(server.fault?.message)
      : undefined;
  }, patienceMs);
}

/** The swtpm of this server. */
async function emulatorPid(): Promise<number> {
  const [pid] = await processesWith(/swtpm$/, [id]);
  if (pid !== undefined) return pid;
  throw new Error(`no swtpm runs for ${id}`);
}

test("swtpm is killed under a running guest: the server shows it, and a hard reboot mends it with the same TPM", async () => {
  await status("ACTIVE");
  const first = await boot(undefined);
  expect(first).toMatchObject({ problems: [], nv: { state: "written" } });
  process.kill(await emulatorPid(), "SIGKILL");
  expect(await status("ERROR")).toMatch(/emulator of the server's TPM .* hard reboot/);
  const reboot = { reboot: { type: "HARD" } };
  expect((await cloud().demo.send("POST", `${servers}/${id}/action`, reboot)).status).toBe(202);
  await status("ACTIVE");
  const second = await boot(first.bootId);
  expect(second).toMatchObject({ problems: [], ekSha256: first.ekSha256, boots: 2 });
  expect(second.nv).toEqual({ state: "read", value: first.nv?.value });
  expect(second.secret).toEqual({ state: "unsealed", value: first.secret?.value });
});
