import { operation } from "#http/index.ts";
import type { ImageDeps } from "../../../app/deps.ts";
import { namespacePage } from "../../../app/metadef-namespace.ts";
import { parseNamespaceListQuery } from "../../../domain/metadef-list-query.ts";
import { listQuery, pageLink } from "../../query.ts";
import { associationsView, namespaceView } from "../namespace-view.ts";

const path = "/v2/metadefs/namespaces";

export const listNamespaces = operation<ImageDeps, undefined, typeof listQuery>({
  query: listQuery,
  handle: async (ctx, input) => {
    const page = await namespacePage(ctx, parseNamespaceListQuery(input.query));
    const { marker: _, ...first } = input.query;
    const next = page.nextMarker;
    return {
      namespaces: page.namespaces.map(({ namespace, associations }) => ({
        ...namespaceView(namespace),
        ...associationsView(associations),
      })),
      first: pageLink(path, first),
      ...(next === undefined ? {} : { next: pageLink(path, { ...first, marker: next }) }),
      schema: "/v2/schemas/metadefs/namespaces",
    };
  },
});
