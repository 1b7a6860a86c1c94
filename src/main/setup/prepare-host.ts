import { chmod, mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { CloudError, errorText } from "#base/errors.ts";
import { buildGuest, type Guest } from "../../../guest/build.ts";
import { libvirtStart } from "./libvirt.ts";
import {
  clientPackages,
  hostPackages,
  packageListsFetch,
  packagesInstall,
  packagesMissing,
} from "./packages.ts";
import { phasesRun } from "./phases.ts";
import { platformRequire } from "./platform.ts";

/** The same for all clouds of a machine: versions have folders of their own. */
const guestFolder = "/var/lib/sealstone/guest";
const aptLog = "/var/log/sealstone-setup.log";

export interface PreparedHost {
  readonly guest: Guest;
}

/**
 * Makes this machine a compute host: distribution packages, libvirt's daemons, the test guest. What is there
 * already is left alone; the second time takes a fraction of a second.
 */
export async function prepareHost(options: { readonly log: (line: string) => void }): Promise<PreparedHost> {
  await platformRequire(hostPackages);
  let guest: Guest | undefined;
  await phasesRun(
    [
      { name: "Debian packages", run: () => packagesEnsure(hostPackages) },
      { name: "libvirt", run: async () => ((await libvirtStart()) ? "started" : "running") },
      {
        name: "test guest",
        async run() {
          await publicFolderEnsure(dirname(guestFolder));
          await publicFolderEnsure(guestFolder);
          guest = await guestEnsure((line) => options.log(`      ${line}`));
          return guest.version;
        },
      },
    ],
    options.log,
  );
  if (!guest) throw new CloudError("bug", "The test guest was not built.");
  return { guest };
}

/** Whatever root's umask: QEMU's user has to pass. */
async function publicFolderEnsure(path: string): Promise<void> {
  if ((await mkdir(path, { recursive: true })) !== undefined) await chmod(path, 0o755);
}

/** Builds it when it is not there. Old lists of packages name files that mirrors no longer have: they are fetched anew once. */
async function guestEnsure(onProgress: (line: string) => void): Promise<Guest> {
  const build = (): Promise<Guest> => buildGuest({ outputFolder: guestFolder, onProgress });
  try {
    return await build().catch(async (error: unknown) => {
      onProgress(`not built (${errorText(error)}); fetching the lists of packages anew`);
      await packageListsFetch(aptLog);
      return build();
    });
  } catch (cause) {
    throw new CloudError(
      "unavailable",
      `The test guest could not be built: ${errorText(cause)}. Repair that and start again; "npx sealstone up" starts the cloud without its image.`,
      { cause },
    );
  }
}

/** The real OpenStack clients, for tests that use them. */
export async function prepareClients(options: { readonly log: (line: string) => void }): Promise<void> {
  await platformRequire(clientPackages);
  await phasesRun([{ name: "OpenStack clients", run: () => packagesEnsure(clientPackages) }], options.log);
}

/** Installs those that are not there; says what it did. */
export async function packagesEnsure(names: readonly string[]): Promise<string> {
  const missing = await packagesMissing(names);
  if (missing.length === 0) return `all ${names.length} there`;
  await packagesInstall(missing, aptLog);
  return `installed ${missing.join(" ")}`;
}
