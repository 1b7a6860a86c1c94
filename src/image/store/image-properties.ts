import type { Db } from "#db/index.ts";
import type { Image } from "../domain/image.ts";
import { imagesOfRows } from "./images.ts";

/** Images of a project that have all of these properties; newest first. */
export async function imageListByProperties(
  db: Db,
  owner: string,
  properties: Readonly<Record<string, string>>,
): Promise<Image[]> {
  let select = db.selectFrom("image_images").selectAll().where("owner", "=", owner);
  for (const [name, value] of Object.entries(properties)) {
    select = select.where((eb) =>
      eb.exists(
        eb
          .selectFrom("image_properties")
          .select("image_properties.name")
          .whereRef("image_properties.image_id", "=", "image_images.id")
          .where("image_properties.name", "=", name)
          .where("image_properties.value", "=", value),
      ),
    );
  }
  const rows = await select.orderBy("created_at", "desc").orderBy("id", "desc").execute();
  return imagesOfRows(db, rows);
}
