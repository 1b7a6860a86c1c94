import { randomBytes } from "node:crypto";
import { CloudError } from "#base/errors.ts";
import { atLeast, operation, Reply } from "#http/index.ts";
import type { ComputeCtx } from "../../app/deps.ts";
import type { ServerCounts } from "../../app/quota.ts";
import { serverCreate as create } from "../../app/server-create.ts";
import type { HintsInput } from "../../app/server-placement.ts";
import { linksOf } from "../links.ts";
import { ipv6Canonical, isNovaTrue } from "../parameter-schemas.ts";
import { filesOf, type PersonalityFile } from "./personality.ts";
import { serverCreateBody } from "./create-schema.ts";

interface Network {
  readonly port?: string | null;
  readonly fixed_ip?: string;
}

interface ServerBody {
  readonly name: string;
  readonly imageRef?: string;
  readonly flavorRef: string | number;
  readonly adminPass?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly networks?: "none" | "auto" | readonly Network[];
  readonly security_groups?: readonly { readonly name?: string }[];
  readonly key_name?: string;
  readonly user_data?: string;
  readonly min_count?: number | string;
  readonly max_count?: number | string;
  readonly return_reservation_id?: boolean | string;
  readonly block_device_mapping?: readonly unknown[];
  readonly block_device_mapping_v2?: readonly Readonly<Record<string, unknown>>[];
  readonly personality?: readonly PersonalityFile[];
  readonly config_drive?: boolean | string;
  readonly description?: string | null;
  readonly hostname?: string;
  readonly accessIPv4?: string;
  readonly accessIPv6?: string;
  readonly "OS-DCF:diskConfig"?: "AUTO" | "MANUAL";
  readonly tags?: readonly string[];
  readonly trusted_image_certificates?: readonly string[] | null;
  readonly availability_zone?: string;
  readonly host?: string;
  readonly hypervisor_hostname?: string;
}

interface Hints {
  readonly group?: string | readonly string[];
  readonly same_host?: string | readonly string[];
  readonly different_host?: string | readonly string[];
}

interface CreateBody {
  readonly server: ServerBody;
  readonly "os:scheduler_hints"?: Hints;
  readonly "OS-SCH-HNT:scheduler_hints"?: Hints;
}

/** POST /servers */
export const serverCreate = operation({
  body: serverCreateBody,
  handle: async (ctx: ComputeCtx, input) => {
    const body = input.body as unknown as CreateBody;
    const { server: wanted } = body;
    const counts = countsOf(wanted);
    refuseWhatIsMissing(wanted, counts);
    // Nova makes one up too. A guest learns it from its config drive; it is kept nowhere.
    const adminPass = wanted.adminPass ?? randomBytes(9).toString("base64url");
    const name = wanted.name.trim();
    const [server] = await create(ctx, {
      name,
      // Before it could be said it was the name.
      description: atLeast(ctx, "2.19") ? (wanted.description ?? null) : name,
      hostname: wanted.hostname,
      imageId: imageIdOf(wanted),
      flavorId: String(wanted.flavorRef),
      keyName: wanted.key_name ?? null,
      metadata: wanted.metadata ?? {},
      userData: wanted.user_data ?? null,
      accessIPv4: wanted.accessIPv4 ?? "",
      accessIPv6: wanted.accessIPv6 === undefined ? "" : ipv6Canonical(wanted.accessIPv6),
      diskConfig: wanted["OS-DCF:diskConfig"] ?? "MANUAL",
      tags: [...new Set(wanted.tags)],
      destination: {
        availabilityZone: wanted.availability_zone,
        host: wanted.host,
        hypervisorHostname: wanted.hypervisor_hostname,
      },
      hints: hintsOf(body["os:scheduler_hints"] ?? body["OS-SCH-HNT:scheduler_hints"] ?? {}),
      configDrive: isNovaTrue(wanted.config_drive),
      injection: { adminPass, files: filesOf(wanted.personality) },
      trustedCertificates: wanted.trusted_image_certificates ?? null,
      counts,
    });
    if (isNovaTrue(wanted.return_reservation_id))
      return new Reply(202, { reservation_id: server.reservationId });
    const links = linksOf(ctx, `/servers/${server.id}`);
    const answer = {
      id: server.id,
      links,
      "OS-DCF:diskConfig": server.diskConfig,
      security_groups: wanted.security_groups ?? [{ name: "default" }],
      adminPass,
    };
    return new Reply(202, { server: answer }, { Location: links[0]?.href ?? "" });
  },
});

/** The image to boot from: `imageRef`, or the one disk that newer clients describe instead. */
function imageIdOf(server: ServerBody): string {
  const mapped = server.block_device_mapping_v2 ?? [];
  const [disk] = mapped;
  const isImage =
    disk?.["source_type"] === "image" &&
    disk["destination_type"] === "local" &&
    Number(disk["boot_index"] ?? 0) === 0;
  if (mapped.length > 1 || (disk && !isImage)) {
    throw new CloudError(
      "invalid",
      "Block Device Mapping is Invalid: only one local disk made from an image is supported.",
    );
  }
  const id = server.imageRef === undefined || server.imageRef === "" ? disk?.["uuid"] : server.imageRef;
  if (typeof id === "string" && id !== "") return id.split("/").at(-1) ?? id;
  throw new CloudError("invalid", "Invalid imageRef provided: this server has no image to boot from.");
}

/** nova.api.openstack.compute.servers: `max_count` is `min_count` where it is not said. */
function countsOf(server: ServerBody): ServerCounts {
  const least = Number(server.min_count ?? 1);
  const most = Number(server.max_count ?? least);
  if (least > most) throw new CloudError("invalid", "min_count must be <= max_count");
  if (server.hostname !== undefined && most > 1)
    throw new CloudError("invalid", "Unable to allocate a single hostname to multiple instances");
  return { least, most };
}

/** What is in the contract but not served: said at once, nothing created. */
function refuseWhatIsMissing(server: ServerBody, { most }: ServerCounts): void {
  networksRefuse(Array.isArray(server.networks) ? server.networks : [], most);
  const groups = (server.security_groups ?? []).map(({ name }) => name);
  const group = groups.find((name) => name !== undefined && name !== "default");
  if (group !== undefined) throw new CloudError("invalid", `Security group ${group} not found.`);
  if ((server.block_device_mapping ?? []).length > 0) {
    throw new CloudError(
      "invalid",
      "Block Device Mapping is Invalid: volumes are not supported; name an image.",
    );
  }
}

function networksRefuse(networks: readonly Network[], most: number): void {
  const failed = (reason: string): CloudError =>
    new CloudError("invalid", `Failed to launch instances: ${reason}`);
  if (most > 1 && networks.some(({ fixed_ip: ip }) => ip !== undefined))
    throw failed("max_count cannot be greater than 1 if an fixed_ip is specified.");
  if (most > 1 && networks.some(({ port }) => typeof port === "string"))
    throw failed(
      "Unable to launch multiple instances with a single configured port ID. Please launch your instance one by one with different ports.",
    );
  if (networks.length === 0) return;
  throw new CloudError(
    "invalid",
    "Servers cannot be attached to networks: ask for networks 'none' or 'auto', which give a server without a NIC.",
  );
}

const idsOf = (hint: string | readonly string[] | undefined): readonly string[] | undefined =>
  typeof hint === "string" ? [hint] : hint;

/** Those of filters that Nova's scheduler has unless it is told otherwise; it takes and ignores the others as well. */
function hintsOf({ group, same_host: same, different_host: different }: Hints): HintsInput {
  const [groupId, second] = idsOf(group) ?? [];
  if (second !== undefined)
    throw new CloudError("invalid", "A server can be in one server group only: name one as hint 'group'.");
  return { group: groupId, sameHost: idsOf(same), differentHost: idsOf(different) ?? [] };
}
