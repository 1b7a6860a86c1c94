import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "vitest";
import { parseGuestFacts, type GuestFacts } from "../../guest/console-facts.ts";
import { eventually, type Answer, type Client } from "./client.ts";
import type { RealCloud } from "./real-cloud.ts";

const run = promisify(execFile);
const servers = "/compute/v2.1/servers";

/** Far above what is normal: many guests boot at once under software emulation. */
const patienceMs = 400_000;

export type TpmMode = "user" | "host" | "deployment";

export interface TpmGuest {
  readonly name: string;
  readonly mode: TpmMode;
  readonly version: "1.2" | "2.0";
  readonly id: string;
  /** The first block of its first boot. */
  readonly first: GuestFacts;
}

export interface TpmGuestKind {
  readonly mode: TpmMode;
  readonly version: "1.2" | "2.0";
  readonly model: "tpm-tis" | "tpm-crb";
}

/** Real guests of a real cloud that keep an NV value and a sealed secret in their TPMs. */
export function tpmGuestKit(cloud: () => RealCloud) {
  /** Made at once; their facts are of their first boots. */
  async function made(kinds: readonly TpmGuestKind[]): Promise<TpmGuest[]> {
    const images = await cloud().demo.send("GET", "/image/v2/images?name=sealstone-guest");
    const imageRef = images.body.images[0].id as string;
    const begun: Omit<TpmGuest, "first">[] = [];
    for (const { mode, version, model } of kinds) {
      const name = `${version} ${model} ${mode}`;
      const flavor = await cloud().admin.send("POST", "/compute/v2.1/flavors", {
        flavor: { name, ram: 256, vcpus: 1, disk: 1 },
      });
      const flavorRef = flavor.body.flavor.id as string;
      await cloud().admin.send("POST", `/compute/v2.1/flavors/${flavorRef}/os-extra_specs`, {
        extra_specs: {
          "hw:tpm_version": version,
          "hw:tpm_model": model,
          "hw:tpm_secret_security": mode,
        },
      });
      const server = { name, imageRef, flavorRef, networks: "none" };
      const { status, body } = await cloud().demo.send("POST", servers, { server }, "2.37");
      expect(status, JSON.stringify(body)).toBe(202);
      begun.push({ name, mode, version, id: body.server.id as string });
    }
    const guests: TpmGuest[] = [];
    for (const guest of begun) {
      await reached(guest, "ACTIVE");
      guests.push({ ...guest, first: await facts(guest, ({ seq }) => seq === 1) });
    }
    return guests;
  }

  async function reached({ id, name }: Pick<TpmGuest, "id" | "name">, wanted: string): Promise<void> {
    await eventually(async () => {
      const { server } = (await cloud().demo.send("GET", `${servers}/${id}`)).body;
      if (server.status === "ERROR") throw new Error(`${name}: ${JSON.stringify(server.fault)}`);
      return server.status === wanted && server["OS-EXT-STS:task_state"] === null ? true : undefined;
    }, patienceMs);
  }

  function act(client: Client, { id }: Pick<TpmGuest, "id">, body: object): Promise<Answer> {
    return client.send("POST", `${servers}/${id}/action`, body);
  }

  /** The newest block of facts that `accept` takes. */
  async function facts(
    guest: Pick<TpmGuest, "id">,
    accept: (block: GuestFacts) => boolean,
  ): Promise<GuestFacts> {
    return eventually(async () => {
      const answer = await act(cloud().demo, guest, { "os-getConsoleOutput": {} });
      const text = answer.status === 200 ? (answer.body.output as string) : "";
      return parseGuestFacts(text).findLast(accept);
    }, patienceMs);
  }

  /** The guest reads what it wrote at its first boot, out of the same TPM. */
  function expectSame({ name, version, first }: TpmGuest, now: GuestFacts): void {
    const saying = `${name}: ${JSON.stringify(now)}`;
    expect(now.problems, saying).toEqual([]);
    expect(now.tpmVersion, saying).toBe(version);
    expect(now.devices, saying).toEqual(version === "2.0" ? ["/dev/tpm0", "/dev/tpmrm0"] : ["/dev/tpm0"]);
    expect(now.ekSha256, saying).toMatch(/^[0-9a-f]{64}$/);
    expect(now.ekSha256, saying).toBe(first.ekSha256);
    expect(now.certificateSha256, saying).toBe(first.certificateSha256);
    expect(now.nv, saying).toEqual({ state: "read", value: first.nv?.value });
    expect(now.secret, saying).toEqual({ state: "unsealed", value: first.secret?.value });
    if (version === "1.2") expect(now.owner, saying).toBe("owned");
  }

  function stateFile({ id, version }: Pick<TpmGuest, "id" | "version">): string {
    const [folder, file] = version === "2.0" ? ["tpm2", "tpm2-00.permall"] : ["tpm1.2", "tpm-00.permall"];
    return join("/var/lib/libvirt/swtpm", id, folder, file);
  }

  /** The vault's newest generation is the file that the host has; its number. */
  async function expectInVault(guest: TpmGuest): Promise<number> {
    const path = `${servers}/${guest.id}/sealstone:tpm`;
    return eventually(async () => {
      const { state } = (await cloud().demo.send("GET", path)).body["sealstone:tpm"];
      const bytes = await readFile(stateFile(guest));
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      return state.sha256 === sha256 && state.size === bytes.length
        ? (state.generation as number)
        : undefined;
    }, patienceMs);
  }

  /** Lines of libvirt's list that name one of the servers: other clouds may have secrets there. */
  async function libvirtSecrets(guests: readonly TpmGuest[]): Promise<string[]> {
    const { stdout } = await run("virsh", ["-q", "secret-list"]);
    return stdout.split("\n").filter((line) => guests.some(({ id }) => line.includes(id)));
  }

  return { made, reached, act, facts, expectSame, expectInVault, libvirtSecrets };
}
