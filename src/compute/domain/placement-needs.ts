/** What Placement is asked for when a server needs a host (nova.scheduler.utils.ResourceRequest, without numbered groups). */
import { tpmRequiredTraits, type TpmConstraint } from "#vtpm/index.ts";
import { resourcesOfFlavor } from "./flavor-resources.ts";

export interface PlacementNeeds {
  readonly resources: Readonly<Record<string, number>>;
  readonly requiredTraits: readonly string[];
  readonly forbiddenTraits: readonly string[];
}

const traitKey = /^trait:(.+)$/;

/** Traits by `trait:NAME`: a flavor requires and forbids them, an image requires them. */
export function placementNeeds({
  flavor,
  image,
  tpm,
}: {
  readonly flavor: Parameters<typeof resourcesOfFlavor>[0];
  readonly image: { readonly properties: Readonly<Record<string, unknown>> };
  readonly tpm: TpmConstraint | undefined;
}): PlacementNeeds {
  const marked = (from: Readonly<Record<string, unknown>>, how: string): string[] =>
    Object.entries(from).flatMap(([key, value]) => (value === how ? (traitKey.exec(key)?.[1] ?? []) : []));
  const required = [
    ...(tpm ? tpmRequiredTraits(tpm) : []),
    ...marked(flavor.extraSpecs, "required"),
    ...marked(image.properties, "required"),
  ];
  return {
    resources: resourcesOfFlavor(flavor),
    requiredTraits: [...new Set(required)],
    forbiddenTraits: marked(flavor.extraSpecs, "forbidden"),
  };
}
