import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { apiDocument } from "./api/document.ts";
import { apiServices } from "./api/services.ts";
import { apiDocumentText } from "./api/write.ts";

const folder = join(import.meta.dirname, "../docs/api");

test.each(apiServices)("docs/api: what the code says of $type is there", (service) => {
  const text = readFileSync(join(folder, `${service.type}.yaml`), "utf8");
  const stale = `docs/api/${service.type}.yaml is stale: run "npm run docs:api" and commit what it changes`;
  expect(text === apiDocumentText(service), stale).toBe(true);
});

test.each(apiServices)("$type: the text is the document, to parsers of YAML 1.1 too", (service) => {
  const document = apiDocument(service);
  expect(parse(apiDocumentText(service))).toEqual(document);
  expect(parse(apiDocumentText(service), { version: "1.1" })).toEqual(document);
});

type Operations = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

test.each(apiServices)("$type: every row is in it", (service) => {
  const paths = apiDocument(service)["paths"] as Readonly<Record<string, Operations>>;
  for (const { method, path, policy, action } of service.routes) {
    const item = paths[path === "" ? "/" : path.replaceAll(/(?<=\/):(\w+)/g, "{$1}")];
    const operation = item?.[method.toLowerCase()] ?? item?.["get"];
    expect(operation, `${method} ${path}`).toBeDefined();
    const said = JSON.stringify(operation);
    expect(said).toContain(policy === "public" ? '"security":[]' : `"policy":"${policy}"`);
    if (action !== undefined) expect(said).toContain(`"action":"${action}"`);
  }
});
