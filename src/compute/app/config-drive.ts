import { CloudError } from "#base/errors.ts";
import type { SagaId } from "#base/ids.ts";
import { wipe } from "#base/secret.ts";
import type { ConfigDriveFacts, ConfigDriveInjection } from "#bus/index.ts";
import type { ImageFacts } from "#image/index.ts";
import { boxSeal } from "#seal/index.ts";
import { quotaAmount } from "../domain/quota.ts";
import type { Server } from "../domain/server.ts";
import { defaultZone } from "../store/hosts.ts";
import type { ComputeCtx } from "./deps.ts";
import { quotaLimitsOfCaller } from "./quota.ts";

/** nova.virt.configdrive.required_by: of a server that is made anew too, where the configuration has no say any more. */
export function configDriveDemanded({ properties }: Pick<ImageFacts, "properties">): boolean {
  return properties["img_config_drive"] === "mandatory";
}

/** Whether a new server gets one: the request, its image or the configuration says so, or there are files that reach it in no other way. */
export function configDriveRequired(
  ctx: ComputeCtx,
  { configDrive, injection }: { readonly configDrive: boolean; readonly injection: ConfigDriveInjection },
  image: Pick<ImageFacts, "properties">,
): boolean {
  const asked = configDrive || injection.files.length > 0;
  return asked || configDriveDemanded(image) || ctx.deps.forceConfigDrive;
}

/** Throws `forbidden`, in Nova's words, for more or larger files than the quota lets a request have. */
export async function injectionPermit(ctx: ComputeCtx, { files }: ConfigDriveInjection): Promise<void> {
  if (files.length === 0) return;
  const limits = await quotaLimitsOfCaller(ctx);
  if (files.length > quotaAmount(limits.injected_files))
    throw new CloudError("forbidden", "Personality file limit exceeded");
  const longest = (lengths: readonly number[]): number => Math.max(...lengths);
  if (longest(files.map(({ path }) => path.length)) > quotaAmount(limits.injected_file_path_bytes))
    throw new CloudError(
      "forbidden",
      `Personality file path exceeds maximum ${limits.injected_file_path_bytes}`,
    );
  if (
    longest(files.map(({ contents }) => Buffer.byteLength(contents, "base64"))) >
    quotaAmount(limits.injected_file_content_bytes)
  )
    throw new CloudError(
      "forbidden",
      `Personality file content exceeds maximum ${limits.injected_file_content_bytes}`,
    );
}

/** What the box of a saga is bound to. */
export function injectionAssociatedData(sagaId: string, serverId: string): string {
  return `sealstone saga ${sagaId} config drive of server ${serverId}`;
}

/** For the saga's parameters: the control plane itself opens it, when the host is known. */
export async function injectionSeal(
  ctx: ComputeCtx,
  serverId: string,
  { sagaId, injection }: { readonly sagaId: SagaId; readonly injection: ConfigDriveInjection },
): Promise<string> {
  const bytes = Buffer.from(JSON.stringify(injection));
  try {
    return await boxSeal(ctx.deps.sealKey.publicKey, bytes, injectionAssociatedData(sagaId, serverId));
  } finally {
    wipe(bytes);
  }
}

/** What is written on a server's config drive, but for what its request injected. */
export function configDriveFactsOf(server: Server, zone = defaultZone): ConfigDriveFacts {
  const { name, hostname, projectId, reservationId, metadata, userData, keyName, keypair, image } = server;
  const { launchIndex = 0 } = server;
  return {
    name,
    hostname,
    projectId,
    reservationId,
    launchIndex,
    availabilityZone: zone,
    flavorName: server.flavor.name,
    imageId: image.id,
    ...(image.kernel === undefined ? {} : { kernelId: image.kernel.imageId }),
    ...(image.ramdisk === undefined ? {} : { ramdiskId: image.ramdisk.imageId }),
    ...blankDevicesOf(server),
    metadata: { ...metadata },
    ...(keyName === null || keypair === undefined ? {} : { keypair: { name: keyName, ...keypair } }),
    ...(userData === null ? {} : { userData }),
  };
}

/** As the domain has them, one behind the other. */
function blankDevicesOf({
  flavor,
}: Pick<Server, "flavor">): Pick<ConfigDriveFacts, "ephemeralDevice" | "swapDevice"> {
  const hasEphemeral = flavor.ephemeralGiB > 0;
  return {
    ...(hasEphemeral ? { ephemeralDevice: "/dev/vdb" } : {}),
    ...(flavor.swapMiB > 0 ? { swapDevice: hasEphemeral ? "/dev/vdc" : "/dev/vdb" } : {}),
  };
}
