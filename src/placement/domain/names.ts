import { standardResourceClasses } from "./standard-resource-classes.ts";
import { standardTraits } from "./standard-traits.ts";

const traits: ReadonlySet<string> = new Set(standardTraits);
const classes: ReadonlySet<string> = new Set(standardResourceClasses);

export function isStandardTrait(name: string): boolean {
  return traits.has(name);
}

export function isStandardResourceClass(name: string): boolean {
  return classes.has(name);
}

/** The standard classes in their own order, which is that of their ids in Placement, then the custom ones by name. */
export function resourceClassOrder(left: string, right: string): number {
  const place = (name: string) => (classes.has(name) ? standardResourceClasses.indexOf(name) : classes.size);
  return place(left) - place(right) || (left < right ? -1 : 1);
}

/** `CUSTOM_…`, at most 255 characters: traits and resource classes alike. */
export function isCustomName(name: string): boolean {
  return name.length <= 255 && /^CUSTOM_[A-Z0-9_]+$/.test(name);
}

/** Traits that a host reports about itself; every other trait of its provider belongs to the operator. */
export function isHostTrait(name: string): boolean {
  return name.startsWith("COMPUTE_") || name.startsWith("HW_");
}

/** Dashed and lower case; undefined when it is no UUID. Clients may leave out the dashes. */
export function normalizeUuid(text: string): string | undefined {
  const digits = text.replaceAll("-", "").toLowerCase();
  if (!/^[0-9a-f]{32}$/.test(digits)) return undefined;
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
