import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { clientAuthenticate, imageMake, type Client } from "./client.ts";

export interface Prepared {
  readonly admin: Client;
  readonly demo: Client;
  readonly image: string;
  readonly flavors: { readonly plain: string; readonly vtpm: string };
}

/** Clients, an image, flavors, and no quota in the way. */
export async function cloudPrepare(
  url: string,
  statePath: string,
  { vcpus }: { readonly vcpus: number },
): Promise<Prepared> {
  const clientOf = async (user: string, file: string): Promise<Client> => {
    const password = /OS_PASSWORD=(\S+)/.exec(await readFile(join(statePath, file), "utf8"))?.[1] ?? "";
    return clientAuthenticate(url, { user, password, project: user });
  };
  const [admin, demo] = [await clientOf("admin", "openrc"), await clientOf("demo", "openrc-demo")];
  const quota = { quota_set: { instances: -1, cores: -1, ram: -1 } };
  const raised = await admin.send("PUT", `/compute/v2.1/os-quota-sets/${demo.projectId}`, quota);
  expect(raised.status, JSON.stringify(raised.body)).toBe(200);
  const flavorMake = async (name: string, specs: object | undefined): Promise<string> => {
    const flavor = { name, vcpus, ram: 64, disk: 1 };
    const { id } = (await admin.send("POST", "/compute/v2.1/flavors", { flavor })).body.flavor;
    if (specs) await admin.send("POST", `/compute/v2.1/flavors/${id}/os-extra_specs`, { extra_specs: specs });
    return id as string;
  };
  return {
    admin,
    demo,
    image: await imageMake(demo),
    flavors: {
      plain: await flavorMake("plain.wide", undefined),
      vtpm: await flavorMake("vtpm.wide", { "hw:tpm_version": "2.0", "hw:tpm_model": "tpm-crb" }),
    },
  };
}

export async function serverAsk(
  { demo, image, flavors }: Prepared,
  kind: keyof Prepared["flavors"],
): Promise<string> {
  const server = { name: "s", imageRef: image, flavorRef: flavors[kind], networks: "none" };
  const { status, body } = await demo.send("POST", "/compute/v2.1/servers", { server }, "2.96");
  expect(status, JSON.stringify(body)).toBe(202);
  return body.server.id as string;
}
