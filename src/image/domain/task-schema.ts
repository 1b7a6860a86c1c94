import { collectionSchema, schema, text, uuidText } from "./schema.ts";

const summary = {
  id: uuidText("The task"),
  type: { ...text("What the task does"), enum: ["import", "api_image_import", "location_import"] },
  status: { ...text("How far the task is"), enum: ["pending", "processing", "success", "failure"] },
  owner: text("The project that the task belongs to"),
  image_id: text("The image that the task works on"),
  request_id: text("The request that began the task"),
  user_id: text("The user who began the task"),
  expires_at: { type: ["null", "string"], description: "When the record of the task is removed" },
  created_at: text("When the task was made"),
  updated_at: text("When the task last changed"),
  self: { type: "string", readOnly: true },
  schema: { type: "string", readOnly: true },
};

/** Served at /v2/schemas/task. No task is ever made: images come by upload alone. */
export const taskSchema = schema("task", {
  ...summary,
  input: { type: ["null", "object"], description: "What the task was given" },
  result: { type: ["null", "object"], description: "What the task made" },
  message: text("Why the task failed"),
});

/** Served at /v2/schemas/tasks. */
export const tasksSchema = collectionSchema("tasks", schema("task", summary));
