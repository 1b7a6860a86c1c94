import type { Database, Kept } from "#db/index.ts";
import type { Image, Viewer } from "../domain/image.ts";
import type { ImageListQuery } from "../domain/image-list-query.ts";
import { imageList } from "../store/image-list.ts";

interface PageOf {
  readonly query: ImageListQuery;
  readonly viewer: Viewer;
  readonly after: Image | undefined;
}

/** Pages as the rows make them, in memory until a row changes. */
export function imagePagesKept(database: Database): Kept<readonly Image[]> {
  return database.kept({
    dependsOn: ({ table }) => table.startsWith("image_"),
    load: (key, db) => {
      const { query, viewer, after } = JSON.parse(key) as PageOf;
      return imageList(db, query, viewer, after);
    },
    limit: 200,
  });
}

/** The key says the whole question. */
export async function imagePageRead(pages: Kept<readonly Image[]>, page: PageOf): Promise<readonly Image[]> {
  return (await pages.get(page.after ? JSON.stringify(page) : firstPageKey(page))) ?? [];
}

const queryTexts = new WeakMap<ImageListQuery, string>();

/** The same as of any page; most ask without a query, which is one object, written once. */
function firstPageKey({ query, viewer }: PageOf): string {
  let text = queryTexts.get(query);
  if (text === undefined) queryTexts.set(query, (text = JSON.stringify(query)));
  return `{"query":${text},"viewer":${JSON.stringify(viewer)}}`;
}
