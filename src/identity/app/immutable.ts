import type { CloudError } from "#base/errors.ts";
import { forbidden } from "./failures.ts";

type Kind = "domain" | "project" | "role";

interface Present {
  readonly id: string;
  readonly immutable: boolean;
}

interface Change {
  readonly immutable?: boolean | undefined;
  readonly extra?: object;
}

/** Keystone's resource option: first it is taken away, by a change of nothing else. */
export function refuseImmutableChange(kind: Kind, present: Present, change: Change): void {
  if (!present.immutable) return;
  const { immutable, extra = {}, ...others } = change;
  const more = [...Object.values(others), ...Object.values(extra)].some((value) => value !== undefined);
  if (immutable !== false || more) throw isImmutable("update", kind, present);
}

export function refuseImmutableDelete(kind: Kind, present: Present): void {
  if (present.immutable) throw isImmutable("delete", kind, present);
}

function isImmutable(verb: string, kind: Kind, { id }: Present): CloudError {
  return forbidden(
    `Unable to ${verb} immutable ${kind} resource: ${id}. Set resource option "immutable" to false first.`,
  );
}
