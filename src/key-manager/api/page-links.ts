import { Type } from "typebox";
import type { Listed, Page } from "../domain/page.ts";

const Text = Type.Optional(Type.String({ maxLength: 255 }));

/** Of lists that have no filters. */
export const pageParameters = { limit: Text, offset: Text };

/** `previous`, `next` and `total` of a list (barbican.common.hrefs.add_nav_hrefs); filters and sorting are carried along. */
export function pageLinks(
  listUrl: string,
  { items, total }: Listed<unknown>,
  page: Page,
  asked: Readonly<Record<string, string | undefined>> = {},
): object {
  const link = (offset: number): string => {
    const parameters = new URLSearchParams({ limit: String(page.limit), offset: String(offset) });
    for (const [name, value] of Object.entries(asked)) {
      if (value !== undefined && !parameters.has(name)) parameters.set(name, value);
    }
    return `${listUrl}?${parameters.toString()}`;
  };
  return {
    ...(page.offset > 0 && items.length > 0 ? { previous: link(Math.max(0, page.offset - page.limit)) } : {}),
    ...(total > page.offset + page.limit ? { next: link(page.offset + page.limit) } : {}),
    total,
  };
}
