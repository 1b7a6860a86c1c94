import { CloudError } from "#base/errors.ts";

/** What has a name of its own in a namespace. */
export type PartKind = "object" | "property" | "tag";

/** A property's JSON schema, without its name. */
export type PropertyDefinition = Readonly<Record<string, unknown>>;

export interface ObjectContent {
  readonly description: string | null;
  /** Names of properties. */
  readonly required: readonly string[];
  readonly properties: Readonly<Record<string, PropertyDefinition>>;
}

export interface PartContents {
  readonly object: ObjectContent;
  readonly property: PropertyDefinition;
  readonly tag: Readonly<Record<string, never>>;
}

export interface MetadefPart<Kind extends PartKind = PartKind> {
  readonly kind: Kind;
  readonly name: string;
  readonly content: PartContents[Kind];
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** A part as a request describes it. */
export type NewPart<Kind extends PartKind> = Pick<MetadefPart<Kind>, "name" | "content">;

export function partNotFound(kind: PartKind, name: string, namespace: string): CloudError {
  return new CloudError(
    "not-found",
    `The metadata definition ${kind} with name=${name} was not found in namespace=${namespace}.`,
  );
}

export function partExists(kind: PartKind, name: string, namespace: string): CloudError {
  const what = kind === "tag" ? "metadata tag" : `metadata definition ${kind}`;
  return new CloudError(
    "already-exists",
    `A ${what} with name=${name} already exists in namespace=${namespace}.`,
  );
}

/** The first that comes a second time, or that is among `taken`. */
export function firstRepeated(names: readonly string[], taken: readonly string[] = []): string | undefined {
  const seen = new Set(taken);
  return names.find((name) => seen.has(name) || !seen.add(name));
}

/** Throws `already-exists` when two of them have one name. */
export function requireDistinct(kind: PartKind, names: readonly string[], namespace: string): void {
  const twice = firstRepeated(names);
  if (twice !== undefined) throw partExists(kind, twice, namespace);
}
