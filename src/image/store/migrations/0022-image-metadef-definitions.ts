import { newUuid } from "#base/ids.ts";
import type { Migration } from "#db/index.ts";

/** Heat's names of what metadata can be put on. */
const resourceTypes = [
  "OS::Cinder::Volume",
  "OS::Glance::Image",
  "OS::Nova::Aggregate",
  "OS::Nova::Flavor",
  "OS::Nova::Server",
  "OS::Trove::Instance",
];

const text = (title: string, description: string, more: Record<string, unknown> = {}): object => ({
  title,
  description,
  type: "string",
  ...more,
});

/** What this cloud does something with; an operator changes and deletes them as their own. */
const namespaces: readonly {
  readonly namespace: string;
  readonly displayName: string;
  readonly description: string;
  readonly associations: readonly (readonly [resourceType: string, prefix: string | null])[];
  readonly properties: Readonly<Record<string, object>>;
}[] = [
  {
    namespace: "OS::Compute::TPM",
    displayName: "TPM",
    description:
      "Which emulated TPM a server gets. Flavor and image may both say it, but not different things.",
    associations: [
      ["OS::Nova::Flavor", "hw:"],
      ["OS::Glance::Image", "hw_"],
    ],
    properties: {
      tpm_version: text("TPM version", "Gives the server a TPM of this version.", { enum: ["1.2", "2.0"] }),
      tpm_model: text("TPM model", "The TPM's interface; tpm-crb only goes with version 2.0.", {
        enum: ["tpm-tis", "tpm-crb"],
        default: "tpm-tis",
      }),
    },
  },
  {
    namespace: "OS::Compute::VTPM",
    displayName: "TPM secret security",
    description: "Who can unlock the encrypted state of a server's TPM.",
    associations: [["OS::Nova::Flavor", "hw:"]],
    properties: {
      tpm_secret_security: text(
        "TPM secret security",
        "user: only the server's owner; host: its host, too; deployment: the cloud, too.",
        { enum: ["user", "host", "deployment"], default: "user" },
      ),
    },
  },
  {
    namespace: "OS::Compute::LibvirtImage",
    displayName: "Direct kernel boot",
    description: "What an image that brings its own kernel is started with.",
    associations: [["OS::Glance::Image", null]],
    properties: {
      os_command_line: text("Kernel command line", "Used with kernel_id in place of the default one."),
    },
  },
  {
    namespace: "OS::Glance::CommonImageProperties",
    displayName: "Common image properties",
    description: "What clients agree on when they describe an image.",
    associations: [["OS::Glance::Image", null]],
    properties: {
      kernel_id: text("Kernel", "The image of the kernel that a server boots with."),
      ramdisk_id: text("Ramdisk", "The image of the initial ramdisk that goes with the kernel."),
      instance_uuid: text("Server", "The server that the image was made from."),
      architecture: text("Architecture", "Of the processor that the system in the image needs."),
      os_distro: text("Distribution", "Of the operating system, in lower case: debian, fedora, windows."),
      os_version: text("Version", "Of the operating system, as its distributor numbers it."),
    },
  },
];

export const metadefDefinitionsMigration: Migration = {
  async up(db) {
    const now = Date.now();
    const times = { created_at: now, updated_at: now };
    await db
      .insertInto("image_metadef_resource_types")
      .values(resourceTypes.map((name) => ({ name, ...times })))
      .execute();
    for (const { namespace, displayName, description, associations, properties } of namespaces) {
      const namespaceId = newUuid();
      await db
        .insertInto("image_metadef_namespaces")
        .values({
          id: namespaceId,
          namespace,
          display_name: displayName,
          description,
          visibility: "public",
          owner: "admin",
          is_protected: 1,
          ...times,
        })
        .execute();
      await db
        .insertInto("image_metadef_associations")
        .values(
          associations.map(([resourceType, prefix]) => ({
            namespace_id: namespaceId,
            resource_type: resourceType,
            prefix,
            properties_target: null,
            ...times,
          })),
        )
        .execute();
      await db
        .insertInto("image_metadef_parts")
        .values(
          Object.entries(properties).map(([name, definition]) => ({
            namespace_id: namespaceId,
            kind: "property",
            name,
            content: JSON.stringify(definition),
            ...times,
          })),
        )
        .execute();
    }
  },
};
