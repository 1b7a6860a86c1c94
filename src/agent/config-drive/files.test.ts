import { expect, test } from "vitest";
import { configDriveFiles } from "./files.ts";

const serverId = "5b3c7a0e-95a5-4f0a-9d5e-0d3f1e0a7c11";
const facts = {
  name: "Web 1",
  hostname: "web-1",
  projectId: "p",
  reservationId: "r-12345678",
  availabilityZone: "nova",
  flavorName: "m1.small",
  imageId: "7a0b0f7c-90a1-4ae3-b1cf-8d2a2a5d9c11",
  kernelId: "8a0b0f7c-90a1-4ae3-b1cf-8d2a2a5d9c11",
  ephemeralDevice: "/dev/vdb",
  swapDevice: "/dev/vdc",
  metadata: { role: "web" },
  keypair: { name: "key", type: "ssh", publicKey: "ssh-ed25519 AAAA" },
  userData: Buffer.from("#!/bin/sh\n").toString("base64"),
};
const injection = {
  adminPass: "hunter2",
  files: [{ path: "/etc/motd", contents: Buffer.from("hello").toString("base64") }],
};

function written(given: Partial<typeof facts> = facts, injected = injection) {
  const files = configDriveFiles(serverId, given as typeof facts, injected);
  const text = new Map(files.map(({ path, data }) => [path, Buffer.from(data).toString()]));
  expect(text.size).toBe(files.length);
  return {
    paths: [...text.keys()],
    text,
    json: (path: string) => JSON.parse(text.get(path) ?? "null") as unknown,
  };
}

test("the newest metadata says what cloud-init asks for", () => {
  const { text, json } = written();
  expect(json("openstack/latest/meta_data.json")).toEqual({
    uuid: serverId,
    meta: { role: "web" },
    files: [{ path: "/etc/motd", content_path: "/content/0000" }],
    admin_pass: "hunter2",
    public_keys: { key: "ssh-ed25519 AAAA" },
    keys: [{ name: "key", type: "ssh", data: "ssh-ed25519 AAAA" }],
    hostname: "web-1",
    name: "Web 1",
    launch_index: 0,
    availability_zone: "nova",
    random_seed: expect.stringMatching(/^[A-Za-z0-9+/]{683}=$/),
    project_id: "p",
    devices: [],
    dedicated_cpus: [],
  });
  expect(text.get("openstack/latest/user_data")).toBe("#!/bin/sh\n");
  expect(text.get("openstack/content/0000")).toBe("hello");
  expect(json("openstack/latest/network_data.json")).toEqual({});
  expect(json("openstack/latest/vendor_data2.json")).toEqual({ static: {} });
  expect(json("ec2/latest/meta-data.json")).toMatchObject({
    "ami-id": "ami-7a0b0f7c",
    "instance-id": "i-5b3c7a0e",
    "kernel-id": "aki-8a0b0f7c",
    "instance-type": "m1.small",
    "public-keys": { 0: { "openssh-key": "ssh-ed25519 AAAA" } },
    placement: { "availability-zone": "nova" },
    "block-device-mapping": { ami: "vda", root: "/dev/vda", ephemeral0: "/dev/vdb", swap: "/dev/vdc" },
  });
});

test("each version has what it had, and no more", () => {
  const { paths, json } = written();
  const of = (version: string) =>
    paths.filter((path) => path.startsWith(`openstack/${version}/`)).map((path) => path.split("/")[2]);
  expect(of("2012-08-10")).toEqual(["meta_data.json", "user_data"]);
  expect(of("2013-10-17")).toEqual(["meta_data.json", "user_data", "vendor_data.json"]);
  expect(of("2015-10-15")).toEqual(["meta_data.json", "user_data", "vendor_data.json", "network_data.json"]);
  expect(of("2016-10-06")).toHaveLength(5);
  expect(json("openstack/2012-08-10/meta_data.json")).not.toHaveProperty("random_seed");
  expect(json("openstack/2013-04-04/meta_data.json")).toHaveProperty("random_seed");
  expect(json("openstack/2013-10-17/meta_data.json")).not.toHaveProperty("project_id");
  expect(json("ec2/1.0/meta-data.json")).not.toHaveProperty("local-hostname");
  expect(json("ec2/2007-10-10/meta-data.json")).not.toHaveProperty("kernel-id");
});

test("what a server has not, its config drive does not name", () => {
  const { keypair: _key, userData: _data, ...bare } = facts;
  const { paths, json } = written({ ...bare, metadata: {} as typeof facts.metadata }, { files: [] } as never);
  expect(paths.filter((path) => path.includes("user") || path.includes("content"))).toEqual([]);
  const metadata = json("openstack/latest/meta_data.json") as object;
  for (const name of ["meta", "files", "admin_pass", "public_keys", "keys"])
    expect(metadata).not.toHaveProperty(name);
});
