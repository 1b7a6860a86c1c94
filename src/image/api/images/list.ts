import { listJson, operation, rowJson } from "#http/index.ts";
import type { ImageDeps } from "../../app/deps.ts";
import { imagePage } from "../../app/image.ts";
import { parseImageListQuery } from "../../domain/image-list-query.ts";
import { imageView } from "../image-view.ts";
import { listQuery, pageLink } from "../query.ts";

const path = "/v2/images";

export const list = operation<ImageDeps, undefined, typeof listQuery>({
  query: listQuery,
  handle: async (ctx, input) => {
    const page = await imagePage(ctx, parseImageListQuery(input.query));
    const { marker: _, ...first } = input.query;
    const next = page.nextMarker;
    const rows = page.images.map((image) => rowJson(image, "", () => imageView(image)));
    return listJson("images", rows, {
      first: pageLink(path, first),
      ...(next === undefined ? {} : { next: pageLink(path, { ...first, marker: next }) }),
      schema: "/v2/schemas/images",
    });
  },
});
