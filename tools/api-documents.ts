/** `npm run docs:api`: one OpenAPI document per service, from the route tables and schemas, into docs/api. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { apiServices } from "./api/services.ts";
import { apiDocumentText } from "./api/write.ts";

const folder = join(import.meta.dirname, "../docs/api");
await mkdir(folder, { recursive: true });
for (const service of apiServices)
  await writeFile(join(folder, `${service.type}.yaml`), apiDocumentText(service));
