import { CloudError } from "#base/errors.ts";
import { operation } from "#http/index.ts";
import type { ImageDeps } from "../../../app/deps.ts";
import { partAdd } from "../../../app/metadef-part.ts";
import { tagView } from "../part-view.ts";

/** The tag's name is in the path; the body says nothing. */
export const createTag = operation<ImageDeps>({
  status: 201,
  handle: async (ctx, { params }) => {
    const name = params["name"] ?? "";
    if (name.length > 80) throw new CloudError("invalid", "The tag is longer than 80 characters.");
    const tags = { kind: "tag", namespace: params["namespace"] ?? "" } as const;
    return tagView(await partAdd(ctx, tags, { name, content: {} }));
  },
});
