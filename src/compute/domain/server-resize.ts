import { CloudError } from "#base/errors.ts";
import type { TpmConstraint } from "#vtpm/index.ts";
import { resourcesOfFlavor } from "./flavor-resources.ts";
import type { ServerFlavor, ServerTpm } from "./server.ts";

/** What a resize does with the server's TPM. */
export type ResizeTpm = "none" | "kept" | "added" | "replaced" | "dropped";

/**
 * What becomes of the TPM. Throws `invalid` for a flavor that would change or drop it unasked, which Nova does and
 * what was sealed to it is lost; `conflict`, as Nova, for a change of the secret's owner.
 */
export function resizeTpmDecide(
  old: TpmConstraint | undefined,
  wanted: TpmConstraint | undefined,
  { replace }: { readonly replace: boolean },
): ResizeTpm {
  if (!old) return wanted ? "added" : "none";
  if (replace) return wanted ? "replaced" : "dropped";
  if (wanted?.version !== old.version || wanted.model !== old.model) {
    throw new CloudError(
      "invalid",
      `The server has a ${textOf(old)}, and the flavor gives it ${wanted ? `a ${textOf(wanted)}` : "none"}: what is sealed to the TPM would be lost. ` +
        'Choose a flavor with the same, or ask for "sealstone:tpm": "replace"; a revert brings the old TPM back.',
    );
  }
  const modes = [old.secretSecurity, wanted.secretSecurity];
  if (modes[0] !== modes[1] && modes.includes("deployment")) {
    throw new CloudError(
      "conflict",
      `Resize between 'deployment' TPM secret security and other TPM secret security modes is not supported: the server has ` +
        `'${old.secretSecurity}', the flavor '${wanted.secretSecurity}'. The passphrase would have to change its owner.`,
    );
  }
  return "kept";
}

function textOf({ version, model }: TpmConstraint): string {
  return `TPM ${version} (${model})`;
}

/** Whether the resize made a passphrase of its own, and whether the old one is no longer needed afterwards. */
export function resizeSecrets({
  old,
  new: after,
}: {
  readonly old: { readonly tpm?: ServerTpm | undefined };
  readonly new: { readonly tpm?: ServerTpm | undefined };
}): { readonly made: ServerTpm | undefined; readonly outlived: ServerTpm | undefined } {
  if (old.tpm?.secretId === after.tpm?.secretId) return { made: undefined, outlived: undefined };
  return { made: after.tpm, outlived: old.tpm };
}

/**
 * What the host must have for the server until the resize is confirmed or reverted: the larger flavor's, as there is one guest, and
 * both disks.
 */
export function resizeResources(old: ServerFlavor, after: ServerFlavor): Record<string, number> {
  const [before, then] = [resourcesOfFlavor(old), resourcesOfFlavor(after)];
  const both = (name: string): number => {
    const [first, second] = [before[name] ?? 0, then[name] ?? 0];
    return name === "DISK_GB" ? first + second : Math.max(first, second);
  };
  return Object.fromEntries(Object.keys({ ...before, ...then }).map((name) => [name, both(name)]));
}

/** What counts against quotas meanwhile: a revert is never refused for having given the difference away. */
export function resizeHeld(
  old: ServerFlavor,
  after: ServerFlavor,
): { readonly vcpus: number; readonly memoryMiB: number } {
  return {
    vcpus: Math.max(old.vcpus, after.vcpus),
    memoryMiB: Math.max(old.memoryMiB, after.memoryMiB),
  };
}
