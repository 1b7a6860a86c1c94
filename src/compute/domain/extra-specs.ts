import { CloudError } from "#base/errors.ts";
import {
  extraSpecFamilies,
  extraSpecNamespaces,
  extraSpecs,
  type ExtraSpecValues,
} from "./extra-spec-table.ts";

const booleans = /^(true|false|yes|no|on|off|1|0|t|f|y|n)$/i;

/**
 * Checks one extra spec as Nova does from microversion 2.86 on; names without a namespace, or of one that
 * nobody knows, are free. Throws `invalid` in Nova's words.
 */
export function extraSpecValidate(name: string, value: string): void {
  const values =
    (Object.hasOwn(extraSpecs, name) ? extraSpecs[name] : undefined) ??
    extraSpecFamilies.find(([pattern]) => pattern.test(name))?.[1];
  const refusal = values === undefined ? nameRefusal(name) : valueRefusal(values, value);
  if (refusal !== undefined) throw new CloudError("invalid", `Validation failed; ${refusal}`);
}

function nameRefusal(name: string): string | undefined {
  if (!extraSpecNamespaces.test(name)) return undefined;
  return `extra spec '${name}' does not appear to be a valid extra spec.`;
}

function valueRefusal(values: ExtraSpecValues, value: string): string | undefined {
  if (values === "any") return undefined;
  if (values === "boolean")
    return booleans.test(value.trim()) ? undefined : `'${value}' is not a valid boolean-like value.`;
  if ("oneOf" in values)
    return values.oneOf.includes(value) ? undefined : `'${value}' is not one of: ${values.oneOf.join(", ")}.`;
  if ("form" in values)
    return new RegExp(`^(?:${values.form})$`).test(value)
      ? undefined
      : `'${value}' is not of the format '${values.form}'.`;
  if (!/^\s*[+-]?\d+\s*$/.test(value)) return `'${value}' is not a valid integer value.`;
  if (Number(value) > values.to) return `'${value}' is greater than the max value of '${values.to}'.`;
  return Number(value) < values.from
    ? `'${value}' is less than the min value of '${values.from}'.`
    : undefined;
}
