import { Type } from "typebox";
import { CloudError } from "#base/errors.ts";
import { operation, Reply } from "#http/index.ts";
import type { ComputeCtx, ComputeDeps } from "../../app/deps.ts";
import { serverFetch } from "../../app/server.ts";
import { serverChangeRunning } from "../../app/server-change.ts";
import { linksOf } from "../links.ts";
import { serverTag } from "./create-schema.ts";

/** nova.objects.instance.MAX_TAG_COUNT */
const maxItems = 50;

const rule = (name: string): string => `os_compute_api:os-server-tags:${name}`;

async function change(
  ctx: ComputeCtx,
  id: string,
  name: string,
  next: (tags: readonly string[]) => readonly string[],
): Promise<readonly string[]> {
  const [verb, all] = name.split("_");
  const what = { rule: rule(name), what: `${verb} ${all === undefined ? "tag" : "tags"}` };
  return (await serverChangeRunning(ctx, id, what, (server) => ({ ...server, tags: next(server.tags) })))
    .tags;
}

function absent(id: string, tag: string): CloudError {
  return new CloudError("not-found", `Server ${id} has no tag '${tag}'`);
}

/** GET /servers/{id}/tags */
export const tagList = operation<ComputeDeps>({
  handle: async (ctx, { params }) => ({
    tags: (await serverFetch(ctx, params["id"] ?? "", rule("index"))).tags,
  }),
});

/** PUT /servers/{id}/tags: instead of those that are there */
export const tagReplace = operation({
  body: Type.Object({ tags: Type.Array(serverTag, { maxItems }) }, { additionalProperties: false }),
  handle: async (ctx: ComputeCtx, { params, body }) => ({
    tags: await change(ctx, params["id"] ?? "", "update_all", () => [...new Set(body.tags)]),
  }),
});

/** DELETE /servers/{id}/tags */
export const tagDeleteAll = operation<ComputeDeps>({
  handle: async (ctx, { params }) => {
    await change(ctx, params["id"] ?? "", "delete_all", () => []);
  },
});

/** GET /servers/{id}/tags/{tag} */
export const tagShow = operation<ComputeDeps>({
  handle: async (ctx, { params }) => {
    const [id, tag] = [params["id"] ?? "", params["tag"] ?? ""];
    const { tags } = await serverFetch(ctx, id, rule("show"));
    if (!tags.includes(tag)) throw absent(id, tag);
  },
});

/** PUT /servers/{id}/tags/{tag}: 201 when it is new, 204 when it was there */
export const tagAdd = operation<ComputeDeps>({
  handle: async (ctx, { params }) => {
    const [id, tag] = [params["id"] ?? "", params["tag"] ?? ""];
    if (!/^[^,/]{1,60}$/.test(tag))
      throw new CloudError("invalid", `Tag '${tag}' is invalid: 1 to 60 characters without ',' and '/'.`);
    let known = false;
    await change(ctx, id, "update", (tags) => {
      known = tags.includes(tag);
      if (!known && tags.length >= maxItems) {
        throw new CloudError("invalid", `The number of tags exceeded the per-server limit ${maxItems}`);
      }
      return known ? tags : [...tags, tag];
    });
    const location = linksOf(ctx, `/servers/${id}/tags/${encodeURIComponent(tag)}`)[0]?.href ?? "";
    return known ? undefined : new Reply(201, undefined, { Location: location });
  },
});

/** DELETE /servers/{id}/tags/{tag} */
export const tagDelete = operation<ComputeDeps>({
  handle: async (ctx, { params }) => {
    const [id, tag] = [params["id"] ?? "", params["tag"] ?? ""];
    await change(ctx, id, "delete", (tags) => {
      if (!tags.includes(tag)) throw absent(id, tag);
      return tags.filter((one) => one !== tag);
    });
  },
});
