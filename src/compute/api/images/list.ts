import { CloudError } from "#base/errors.ts";
import { operation } from "#http/index.ts";
import type { ImageFacts } from "#image/index.ts";
import type { ComputeCtx, ComputeDeps } from "../../app/deps.ts";
import { imagesOfCaller } from "../../app/image-proxy.ts";
import { nextLinks } from "../links.ts";
import { pageOf, queryText, type Query } from "../paging.ts";
import { timeOf } from "../times.ts";
import { imageDetail, imageSummary } from "./view.ts";

/** GET /images, until 2.35 */
export const imageList = operation<ComputeDeps>({
  handle: (ctx, { query }) => page(ctx, query, { path: "/images", view: imageSummary }),
});

/** GET /images/detail, until 2.35 */
export const imageListDetail = operation<ComputeDeps>({
  handle: (ctx, { query }) => page(ctx, query, { path: "/images/detail", view: imageDetail }),
});

async function page(
  ctx: ComputeCtx,
  query: Query,
  how: { readonly path: string; readonly view: (ctx: ComputeCtx, image: ImageFacts) => object },
): Promise<object> {
  const { limit, marker } = pageOf(query);
  const all = (await imagesOfCaller(ctx)).filter(filterOf(query));
  const start = marker === undefined ? 0 : all.findIndex(({ id }) => id === marker) + 1;
  if (marker !== undefined && start === 0) throw new CloudError("invalid", `marker [${marker}] not found`);
  const shown = all.slice(start, start + limit);
  const full = shown.length === limit && limit > 0;
  const links = nextLinks(ctx, how.path, { query, lastId: shown.at(-1)?.id, full });
  return {
    images: shown.map((image) => how.view(ctx, image)),
    ...(links.length === 0 ? {} : { images_links: links }),
  };
}

/** Nova's names for filters of the image service; others are ignored. */
function filterOf(query: Query): (image: ImageFacts) => boolean {
  const text = (name: string): string | undefined => queryText(query, name);
  const number = (name: string): number => {
    const value = text(name) ?? "0";
    if (/^\d+$/.test(value)) return Number(value);
    throw new CloudError("invalid", `Invalid ${name} filter [${value}]`);
  };
  const [minRam, minDisk] = [number("minRam"), number("minDisk")];
  const [name, status] = [text("name"), text("status")?.toLowerCase()];
  const since = timeOf(text("changes-since"), "changes-since") ?? 0;
  const properties = Object.keys(query)
    .filter((key) => key.startsWith("property-"))
    .map((key) => [key.slice("property-".length), text(key)] as const);
  // A server may be named by its link.
  const wanted = [
    ...properties,
    ["instance_uuid", text("server")?.split("/").at(-1)],
    ["image_type", text("type")],
  ];
  return (image) =>
    (name === undefined || image.name === name) &&
    (status === undefined || image.status === status) &&
    image.updatedAt >= since &&
    image.minRamMiB >= minRam &&
    image.minDiskGiB >= minDisk &&
    wanted.every(([key = "", value]) => value === undefined || image.properties[key] === value);
}
