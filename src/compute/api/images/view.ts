import { isoSeconds } from "#base/clock.ts";
import type { ImageFacts } from "#image/index.ts";
import type { ComputeCtx } from "../../app/deps.ts";
import { imageServiceUrl, linksOf } from "../links.ts";
import { isNovaTrue } from "../parameter-schemas.ts";

/** An element of `GET /images`. */
export function imageSummary(ctx: ComputeCtx, image: ImageFacts): object {
  const alternate = {
    rel: "alternate",
    type: "application/vnd.openstack.image",
    href: `${imageServiceUrl(ctx)}/images/${image.id}`,
  };
  return {
    id: image.id,
    name: image.name ?? null,
    links: [...linksOf(ctx, `/images/${image.id}`), alternate],
  };
}

const statuses: Readonly<Record<string, { readonly status: string; readonly progress: number }>> = {
  queued: { status: "SAVING", progress: 25 },
  saving: { status: "SAVING", progress: 50 },
  active: { status: "ACTIVE", progress: 100 },
  deleted: { status: "DELETED", progress: 0 },
  pending_delete: { status: "DELETED", progress: 0 },
  killed: { status: "ERROR", progress: 0 },
};

export function imageDetail(ctx: ComputeCtx, image: ImageFacts): object {
  const { instance_uuid: serverId, auto_disk_config: autoDisk } = image.properties;
  return {
    ...imageSummary(ctx, image),
    ...(statuses[image.status] ?? { status: "UNKNOWN", progress: 0 }),
    minRam: image.minRamMiB,
    minDisk: image.minDiskGiB,
    metadata: image.properties,
    created: isoSeconds(image.createdAt),
    updated: isoSeconds(image.updatedAt),
    "OS-EXT-IMG-SIZE:size": image.sizeBytes ?? null,
    ...(serverId === undefined
      ? {}
      : { server: { id: serverId, links: linksOf(ctx, `/servers/${serverId}`) } }),
    ...(autoDisk === undefined ? {} : { "OS-DCF:diskConfig": isNovaTrue(autoDisk) ? "AUTO" : "MANUAL" }),
  };
}
