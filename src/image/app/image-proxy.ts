import { CloudError } from "#base/errors.ts";
import type { Ctx } from "#http/index.ts";
import { requireWritable, settableAttributes } from "../domain/attributes.ts";
import { imageFactsOf, type ImageFacts } from "../domain/image-facts.ts";
import { parseImageListQuery } from "../domain/image-list-query.ts";
import type { Change } from "../domain/patch.ts";
import { imageList } from "../store/image-list.ts";
import { imageAllows, viewerOfCtx } from "./authorization.ts";
import type { ImageDeps } from "./deps.ts";
import { imageModify, imageRemove, imageShow } from "./image.ts";

/** For a service that serves images under its own name, as Nova does for old clients: what the caller may do here. */
export interface ImageProxy {
  /** All that the caller's list has, newest first. */
  list(peer: Ctx): Promise<ImageFacts[]>;
  /** Throws `not-found`, as the others do. */
  show(peer: Ctx, imageId: string): Promise<ImageFacts>;
  remove(peer: Ctx, imageId: string): Promise<void>;
  /** Afterwards the image has these properties and no others. */
  propertiesReplace(
    peer: Ctx,
    imageId: string,
    properties: Readonly<Record<string, string>>,
  ): Promise<ImageFacts>;
}

export function imageProxy(deps: ImageDeps): ImageProxy {
  return {
    list: (peer) => imagesVisible(deps, peer),
    show: async (peer, imageId) => imageFactsOf(await imageShow({ ...peer, deps }, imageId)),
    remove: (peer, imageId) => imageRemove({ ...peer, deps }, imageId),
    propertiesReplace: (peer, imageId, properties) => imagePropertiesReplace(deps, peer, imageId, properties),
  };
}

async function imagesVisible(deps: ImageDeps, peer: Ctx): Promise<ImageFacts[]> {
  const ctx = { ...peer, deps };
  ctx.enforce("get_images");
  const query = { ...parseImageListQuery({}), limit: Number.MAX_SAFE_INTEGER };
  const images = await imageList(deps.database.db, query, viewerOfCtx(ctx), undefined);
  return images.filter((image) => imageAllows(ctx, "get_image", image)).map(imageFactsOf);
}

async function imagePropertiesReplace(
  deps: ImageDeps,
  peer: Ctx,
  imageId: string,
  properties: Readonly<Record<string, string>>,
): Promise<ImageFacts> {
  const ctx = { ...peer, deps };
  for (const name of Object.keys(properties)) requireWritable(name, false);
  const reserved = Object.keys(properties).find((name) => settableAttributes.has(name));
  if (reserved !== undefined)
    throw new CloudError("forbidden", `Attribute '${reserved}' is no property: change it in the image API.`);
  const image = await imageShow(ctx, imageId);
  const removed = Object.keys(image.properties).filter((name) => !Object.hasOwn(properties, name));
  const changes: Change[] = [
    ...removed.map((name): Change => ({ op: "remove", name })),
    ...Object.entries(properties).map(([name, value]): Change => ({ op: "add", name, value, draft: 10 })),
  ];
  return imageFactsOf(await imageModify(ctx, imageId, changes));
}
