import { operation } from "#http/index.ts";
import type { ImageDeps } from "../../../app/deps.ts";
import { tagsSet } from "../../../app/metadef-part.ts";
import { tagsBody } from "../../../domain/metadef-body.ts";

const yes = /^(true|1|t|yes|y|on)$/i;

/** Replaces all tags; with the header X-Openstack-Append they are added. */
export const setTags = operation<ImageDeps, typeof tagsBody>({
  body: tagsBody,
  status: 201,
  handle: async (ctx, { params, body, headers }) => {
    const names = body.tags.map(({ name }) => name);
    const append = yes.test(String(headers["x-openstack-append"] ?? ""));
    await tagsSet(ctx, params["namespace"] ?? "", names, append);
    return { tags: names.map((name) => ({ name })) };
  },
});
