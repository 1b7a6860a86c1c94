/** What is said when a TPM's state keeps a server from starting: what was found, what the vault has, what an operator may do. */
import { CloudError } from "#base/errors.ts";
import type { TpmComparison } from "#bus/index.ts";

type Newest = NonNullable<TpmComparison["newest"]>;

interface Found {
  readonly sha256: string;
  readonly size: number;
}

const foundText = ({ sha256, size }: Found): string => `SHA-256 ${sha256}, ${size} bytes`;

/** A state that the vault does not know, and why it is not believed. */
export function tpmStateUnknownError(
  serverId: string,
  found: Found,
  newest: Newest | undefined,
  { why, refused = "started" }: { readonly why: string; readonly refused?: string },
): CloudError {
  return new CloudError(
    "conflict",
    `Server ${serverId} is not ${refused}: the vault does not know the TPM state on its host (${foundText(found)}), and ${why}. ` +
      `${newestText(newest)} Nothing was changed. ${operatorText(serverId, newest?.generation)}`,
  );
}

/** A state that the vault has as its newest, and that swtpm does not open: it came there damaged. */
export function tpmStateUnopenedError(
  serverId: string,
  found: Found,
  newest: Newest,
  cause: unknown,
): CloudError {
  return new CloudError(
    "conflict",
    `Server ${serverId} is not started: swtpm does not open the TPM state on its host (${foundText(found)}) with the server's passphrase, though it is the vault's newest: ` +
      `it was damaged while the server ran, or the secret in the key manager is another. ${newestText(newest)} ${operatorText(serverId, newest.generation - 1)}`,
    { cause },
  );
}

/** A managed save that is not the one that the suspend recorded, or an old one. */
export function saveUnknownError(
  serverId: string,
  foundSha256: string,
  { save, knownSave, newest }: TpmComparison,
): CloudError {
  const recorded =
    save === undefined
      ? knownSave === undefined
        ? "none was recorded"
        : `it is an old one, of generation ${knownSave} of the TPM`
      : `the suspend recorded SHA-256 ${save.sha256} with generation ${save.generation} of the TPM`;
  return new CloudError(
    "conflict",
    `Server ${serverId} is not resumed: its memory image on the host has SHA-256 ${foundSha256}, and ${recorded}. ` +
      `A restore would take memory and TPM from it, whatever is in it. ${newestText(newest)} Nothing was changed. ` +
      "Have the operator bring the image back, or hard-reboot the server: that throws the image away and starts it with the vault's TPM.",
  );
}

/** A suspended server without its managed save. */
export function saveGoneError(serverId: string): CloudError {
  return new CloudError(
    "conflict",
    `Server ${serverId} is not resumed: its memory image is missing from its host, so it would boot and not go on where it was. Nothing was changed. ` +
      "Have the operator bring the image back, or hard-reboot the server: that starts it with the vault's TPM.",
  );
}

/** swtpm would silently make a new TPM where there is none. */
export function tpmStateGoneError(serverId: string): CloudError {
  return new CloudError(
    "conflict",
    `Server ${serverId} is not started: the TPM state is missing from its host, and the vault has none either. ` +
      "It is not made anew, because what was sealed to the old one would be lost for good. Have the operator restore the file from a backup, or delete the server.",
  );
}

/** The mode is `host`, and no passphrase came with the command. */
export function keptPassphraseAbsentError(
  { serverId, secretId }: { readonly serverId: string; readonly secretId: string },
  why = "does not keep it",
  cause?: unknown,
): CloudError {
  return new CloudError(
    "conflict",
    `Server ${serverId} is not started: it needs its TPM passphrase (secret ${secretId} in the key manager), and its host ${why}. ` +
      "A start by whoever may read that secret gives it to the host again.",
    { cause },
  );
}

function newestText(newest: Newest | undefined): string {
  if (newest === undefined) return "The vault has no state of it.";
  return `The vault's newest is generation ${newest.generation}, SHA-256 ${newest.sha256}, of ${new Date(newest.at).toISOString()}.`;
}

/** `generation`: one that may be restored. */
function operatorText(serverId: string, generation: number | undefined): string {
  if (generation === undefined || generation < 1) return "Have the operator restore the file from a backup.";
  return (
    `An operator sees all generations with "sealstone tpm history ${serverId}" and lets the server go on with one of those kept: ` +
    `"sealstone tpm restore ${serverId} --generation ${generation} --reason TEXT".`
  );
}
