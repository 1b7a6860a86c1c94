import { CloudError } from "#base/errors.ts";

/** What the service alone sets: readable in the schemas, but refused in a request. */
export function requireNoReadOnly(body: object): void {
  const found = ["self", "schema", "created_at", "updated_at"].find((name) => Object.hasOwn(body, name));
  if (found !== undefined) throw new CloudError("forbidden", `Attribute '${found}' is read-only.`);
}
