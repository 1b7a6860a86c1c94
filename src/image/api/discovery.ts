import { operation } from "#http/index.ts";
import type { ImageDeps } from "../app/deps.ts";
import { imageSchema, imagesSchema } from "../domain/image-schema.ts";
import { metadefSchemas } from "../domain/metadef-schema.ts";
import { memberSchema, membersSchema } from "../domain/member-schema.ts";
import type { ServedSchema } from "../domain/schema.ts";
import { taskSchema, tasksSchema } from "../domain/task-schema.ts";

function serves(schema: ServedSchema): ReturnType<typeof operation<ImageDeps>> {
  return operation<ImageDeps>({ handle: async () => schema });
}

/** By their path below /v2/schemas. */
export const schemas: Readonly<Record<string, ReturnType<typeof serves>>> = {
  image: serves(imageSchema),
  images: serves(imagesSchema),
  member: serves(memberSchema),
  members: serves(membersSchema),
  task: serves(taskSchema),
  tasks: serves(tasksSchema),
  ...Object.fromEntries(
    Object.entries(metadefSchemas).map(([name, schema]) => [`metadefs/${name}`, serves(schema)]),
  ),
};

/** Quotas of a project come from Keystone's limits, if Glance is told to use them (`use_keystone_limits`); else it answers this. */
export const usageInfo = operation<ImageDeps>({ handle: async () => ({ usage: {} }) });

/** No import methods: clients then upload directly. */
export const importInfo = operation<ImageDeps>({
  handle: async () => ({
    "import-methods": { description: "Import methods available.", type: "array", value: [] },
  }),
});
