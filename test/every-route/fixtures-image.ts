import type { Accounts, Send } from "./fixtures.ts";

/** An image, shared with the owner's own project, so that nobody else sees it, and the definitions of a namespace that is the owner's too. */
export async function imageMake(
  made: Send,
  { tokens: { admin, owner }, ownerProjectId }: Accounts,
): Promise<string> {
  const formats = { disk_format: "raw", container_format: "bare" };
  const image = { name: "walked", tags: ["walked"], walked: "yes", ...formats };
  const id = (await made(owner, "POST", "/image/v2/images", image)).json.id as string;
  await made(owner, "PUT", `/image/v2/images/${id}/file`, Buffer.from("bytes of an image"));
  await made(owner, "POST", `/image/v2/images/${id}/members`, { member: ownerProjectId });
  await made(admin, "POST", "/image/v2/metadefs/namespaces", {
    namespace: "walked",
    visibility: "private",
    owner: ownerProjectId,
    resource_type_associations: [{ name: "walked" }],
    properties: { walked: { title: "walked", type: "string" } },
    objects: [{ name: "walked" }],
    tags: [{ name: "walked" }],
  });
  return id;
}
