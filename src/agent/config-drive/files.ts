import { randomBytes } from "node:crypto";
import type { ConfigDriveFacts, ConfigDriveInjection } from "#bus/index.ts";
import type { IsoFile } from "./iso9660.ts";

/** nova.api.metadata.base.VERSIONS: EC2's, oldest first. */
const ec2Versions = [
  "1.0",
  "2007-01-19",
  "2007-03-01",
  "2007-08-29",
  "2007-10-10",
  "2007-12-15",
  "2008-02-01",
  "2008-09-01",
  "2009-04-04",
  "latest",
];

/** nova.api.metadata.base.OPENSTACK_VERSIONS, oldest first. */
const openstackVersions = [
  "2012-08-10",
  "2013-04-04",
  "2013-10-17",
  "2015-10-15",
  "2016-06-30",
  "2016-10-06",
  "2017-02-22",
  "2018-08-27",
  "2020-10-14",
  "2025-04-04",
  "latest",
];

/** Every file of a config drive, by path, as Nova lays them out (InstanceMetadata.metadata_for_config_drive). */
export function configDriveFiles(
  serverId: string,
  facts: ConfigDriveFacts,
  { adminPass, files }: ConfigDriveInjection,
): IsoFile[] {
  const userData = facts.userData === undefined ? undefined : Buffer.from(facts.userData, "base64");
  const places = files.map(({ path, contents }, index) => ({
    path,
    contentPath: `/content/${String(index).padStart(4, "0")}`,
    data: Buffer.from(contents, "base64"),
  }));
  const ec2 = ec2Versions.flatMap((version) => [
    ...(userData === undefined ? [] : [{ path: `ec2/${version}/user-data`, data: userData }]),
    json(
      `ec2/${version}/meta-data.json`,
      ec2Metadata(serverId, facts, (since) => isSince(ec2Versions, version, since)),
    ),
  ]);
  const openstack = openstackVersions.flatMap((version) => {
    const folder = `openstack/${version}`;
    const has = (since: string): boolean => isSince(openstackVersions, version, since);
    const injected = {
      ...(places.length === 0
        ? {}
        : { files: places.map(({ path, contentPath }) => ({ path, content_path: contentPath })) }),
      ...(adminPass === undefined ? {} : { admin_pass: adminPass }),
    };
    return [
      json(`${folder}/meta_data.json`, openstackMetadata(serverId, facts, injected, has)),
      ...(userData === undefined ? [] : [{ path: `${folder}/user_data`, data: userData }]),
      ...(has("2013-10-17") ? [json(`${folder}/vendor_data.json`, {})] : []),
      // Servers have no network, of which Nova says nothing either.
      ...(has("2015-10-15") ? [json(`${folder}/network_data.json`, {})] : []),
      ...(has("2016-10-06") ? [json(`${folder}/vendor_data2.json`, { static: {} })] : []),
    ];
  });
  const content = places.map(({ contentPath, data }) => ({ path: `openstack${contentPath}`, data }));
  return [...ec2, ...openstack, ...content];
}

function isSince(versions: readonly string[], version: string, since: string): boolean {
  return versions.indexOf(version) >= versions.indexOf(since);
}

function json(path: string, value: object): IsoFile {
  return { path, data: Buffer.from(JSON.stringify(value)) };
}

/** InstanceMetadata._metadata_as_json */
function openstackMetadata(
  serverId: string,
  facts: ConfigDriveFacts,
  injected: object,
  has: (since: string) => boolean,
): object {
  const { keypair, metadata } = facts;
  return {
    uuid: serverId,
    ...(Object.keys(metadata).length === 0 ? {} : { meta: metadata }),
    ...injected,
    ...(keypair === undefined
      ? {}
      : {
          public_keys: { [keypair.name]: keypair.publicKey },
          keys: [{ name: keypair.name, type: keypair.type, data: keypair.publicKey }],
        }),
    hostname: facts.hostname,
    name: facts.name,
    launch_index: facts.launchIndex ?? 0,
    availability_zone: facts.availabilityZone,
    ...(has("2013-04-04") ? { random_seed: randomBytes(512).toString("base64") } : {}),
    ...(has("2015-10-15") ? { project_id: facts.projectId } : {}),
    ...(has("2016-06-30") ? { devices: [] } : {}),
    ...(has("2020-10-14") ? { dedicated_cpus: [] } : {}),
  };
}

/** InstanceMetadata.get_ec2_metadata */
function ec2Metadata(serverId: string, facts: ConfigDriveFacts, has: (since: string) => boolean): object {
  const { hostname, keypair, kernelId, ramdiskId, ephemeralDevice, swapDevice } = facts;
  // cloud-init mounts what it finds here.
  const blankDevices = {
    ...(ephemeralDevice === undefined ? {} : { ephemeral0: ephemeralDevice }),
    ...(swapDevice === undefined ? {} : { swap: swapDevice }),
  };
  return {
    "ami-id": ec2Id("ami", facts.imageId),
    "ami-launch-index": facts.launchIndex ?? 0,
    "ami-manifest-path": "FIXME",
    "instance-id": ec2Id("i", serverId),
    hostname,
    "local-ipv4": null,
    "reservation-id": facts.reservationId,
    "security-groups": [],
    ...(keypair === undefined ? {} : { "public-keys": { 0: { "openssh-key": keypair.publicKey } } }),
    ...(has("2007-01-19")
      ? { "local-hostname": hostname, "public-hostname": hostname, "public-ipv4": "" }
      : {}),
    ...(has("2007-08-29") ? { "instance-type": facts.flavorName } : {}),
    ...(has("2007-12-15")
      ? { "block-device-mapping": { ami: "vda", root: "/dev/vda", ...blankDevices } }
      : {}),
    ...(has("2007-12-15") && kernelId !== undefined ? { "kernel-id": ec2Id("aki", kernelId) } : {}),
    ...(has("2007-12-15") && ramdiskId !== undefined ? { "ramdisk-id": ec2Id("ari", ramdiskId) } : {}),
    ...(has("2008-02-01") ? { placement: { "availability-zone": facts.availabilityZone } } : {}),
    ...(has("2008-09-01") ? { "instance-action": "none" } : {}),
  };
}

/** EC2's ids are eight hex digits: the first of ours, where Nova counts. */
function ec2Id(kind: string, uuid: string): string {
  return `${kind}-${uuid.replaceAll("-", "").slice(0, 8)}`;
}
