import type { Db } from "#db/index.ts";
import { isOwner, isVisible, type SeenImage, type Viewer } from "../domain/image.ts";
import { imageMemberFind } from "../store/image-members.ts";
import { imageFind } from "../store/images.ts";

/** The image, unless the viewer may not know of it; a member sees a shared image whatever it answered. */
export async function imageFindVisible(
  db: Db,
  imageId: string,
  viewer: Viewer,
): Promise<SeenImage | undefined> {
  const image = await imageFind(db, imageId.toLowerCase());
  if (!image) return undefined;
  const { projectId } = viewer;
  if (image.visibility === "shared" && projectId !== undefined && !isOwner(image, viewer)) {
    const member = await imageMemberFind(db, image.id, projectId);
    if (member) return { ...image, memberId: projectId };
  }
  return isVisible(image, viewer) ? image : undefined;
}
