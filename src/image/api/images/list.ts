import { Type } from "typebox";
import { listJson, operation, rowJson } from "#http/index.ts";
import type { ImageDeps } from "../../app/deps.ts";
import { imagePage } from "../../app/image.ts";
import { parseImageListQuery, type QueryParameters } from "../../domain/image-list-query.ts";
import { imageView } from "../image-view.ts";

const query = Type.Record(Type.String(), Type.Union([Type.String(), Type.Array(Type.String())]));

export const list = operation<ImageDeps, undefined, typeof query>({
  query,
  handle: async (ctx, input) => {
    const page = await imagePage(ctx, parseImageListQuery(input.query));
    const { marker: _, ...first } = input.query;
    const rows = page.images.map((image) => rowJson(image, "", () => imageView(image)));
    return listJson("images", rows, {
      first: link(first),
      ...(page.nextMarker === undefined ? {} : { next: link({ ...first, marker: page.nextMarker }) }),
      schema: "/v2/schemas/images",
    });
  },
});

/** Relative to the service's root, as Glance's links are. */
function link(parameters: QueryParameters): string {
  const pairs = Object.entries(parameters).flatMap(([name, value]) =>
    [value].flat().map((one): [string, string] => [name, one]),
  );
  return pairs.length === 0 ? "/v2/images" : `/v2/images?${new URLSearchParams(pairs).toString()}`;
}
