import { Document, isPair, isScalar, visit } from "yaml";
import { apiDocument } from "./document.ts";
import type { ApiService } from "./services.ts";

const shortLine = 120;

/** The document as text: what is short or a plain list is on one line, so that a reviewer sees an endpoint at a time. */
export function apiDocumentText(service: ApiService): string {
  const document = new Document(apiDocument(service), {
    aliasDuplicateObjects: false,
    // To older parsers "on" and "no" are booleans.
    compat: "yaml-1.1",
  });
  visit(document, {
    Collection(_key, node, path) {
      const top = path.length <= 2;
      if (top || (JSON.stringify(node).length > shortLine && !node.items.every(isPlain))) return undefined;
      node.flow = true;
      return visit.SKIP;
    },
  });
  return `# Made by "npm run docs:api": change the schemas, not this.\n${document.toString({ lineWidth: 0 })}`;
}

function isPlain(item: unknown): boolean {
  return isPair(item) ? isScalar(item.value) : isScalar(item);
}
