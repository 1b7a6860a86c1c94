import type { TSchema } from "typebox";
import { Compile, type Validator } from "typebox/compile";
import { CloudError } from "#base/errors.ts";
import { compareMicroversions, microversionOf, type Microversion } from "./context.ts";
import type { ErrorEnvelope } from "./envelopes.ts";
import type { VersionedSchema } from "./operation.ts";
import { secretKey } from "./secret-keys.ts";

const validators = new WeakMap<TSchema, Validator>();

function validatorOf(schema: TSchema): Validator {
  const known = validators.get(schema);
  if (known) return known;
  const compiled = Compile(schema);
  validators.set(schema, compiled);
  return compiled;
}

/** The schema of a body at this microversion. */
export function schemaAt(
  schemas: TSchema | readonly VersionedSchema[],
  version: Microversion,
): TSchema | undefined {
  if (!isVersioned(schemas)) return schemas;
  let found: TSchema | undefined;
  for (const { from, schema } of schemas) {
    if (compareMicroversions(version, microversionOf(from)) >= 0) found = schema;
  }
  return found;
}

function isVersioned(schemas: TSchema | readonly VersionedSchema[]): schemas is readonly VersionedSchema[] {
  return Array.isArray(schemas);
}

/** Throws `invalid`, in the words of Nova's validation or the service's own, when the value does not fit the schema. */
export function validate(
  schema: TSchema,
  value: unknown,
  what: string,
  words?: ErrorEnvelope["mismatch"],
): void {
  const validator = validatorOf(schema);
  if (validator.Check(value)) return;
  const errors = validator.Errors(value);
  if (words) throw new CloudError("invalid", words(schema, value, errors));
  const [first] = errors;
  const path = first?.instancePath.split("/").slice(1).join(".") ?? "";
  const found = path === "" ? "" : ` Value: ${shorten(path, valueAt(value, path.split(".")))}.`;
  const extra =
    first && "additionalProperties" in first.params
      ? ` (${JSON.stringify(first.params["additionalProperties"])})`
      : "";
  throw new CloudError(
    "invalid",
    `Invalid input for ${path === "" ? what : `field/attribute ${path}`}.${found} ${sentence(first?.message ?? "does not fit")}${extra}`,
  );
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  let at = value;
  for (const key of path) at = (at as Record<string, unknown> | undefined)?.[key];
  return at;
}

function shorten(path: string, value: unknown): string {
  if (path.split(".").some((key) => secretKey.test(key))) return "[hidden]";
  const hide = (key: string, inner: unknown): unknown => (secretKey.test(key) ? "[hidden]" : inner);
  const text = JSON.stringify(value, hide) ?? "nothing";
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
