import { operation } from "#http/index.ts";
import type { ImageDeps } from "../app/deps.ts";
import { imageShow } from "../app/image.ts";
import { listQuery, pageLink } from "./query.ts";

const path = "/v2/tasks";

/** Glance's tasks are imports, of which there are none here: images are uploaded. */
export const listTasks = operation<ImageDeps, undefined, typeof listQuery>({
  query: listQuery,
  handle: async (_ctx, { query }) => {
    const { marker: _, ...first } = query;
    return { tasks: [], first: pageLink(path, first), schema: "/v2/schemas/tasks" };
  },
});

export const listImageTasks = operation<ImageDeps>({
  handle: async (ctx, { params }) => {
    await imageShow(ctx, params["image_id"] ?? "");
    return { tasks: [] };
  },
});
