import { readFile } from "node:fs/promises";
import { CloudError } from "#base/errors.ts";

/**
 * Set-up by itself needs Linux, Debian (or a child of it) and root. Throws `invalid`, saying exactly what to
 * install or run instead.
 */
export async function platformRequire(packages: readonly string[]): Promise<void> {
  const install = `apt-get update && apt-get install -y --no-install-recommends ${packages.join(" ")}`;
  if (process.platform !== "linux") {
    throw new CloudError(
      "invalid",
      `Sealstone needs Linux (Debian 12 or newer); this is ${process.platform}.`,
    );
  }
  if (process.arch !== "x64") {
    throw new CloudError(
      "invalid",
      `A compute host needs an x86-64 processor; this is ${process.arch}. The API alone runs here: "npx sealstone control-plane".`,
    );
  }
  const release = await readFile("/etc/os-release", "utf8").catch(() => "");
  const name = /^PRETTY_NAME="?([^"\n]*)/m.exec(release)?.[1] ?? "an unknown Linux";
  if (!/^ID(_LIKE)?=.*debian/m.test(release)) {
    throw new CloudError(
      "invalid",
      `Only Debian is set up by itself; this is ${name}. Install the equivalents of these Debian packages, start virtlogd and ` +
        `libvirtd, then run "npx sealstone up" as root: ${packages.join(" ")}`,
    );
  }
  if (process.getuid?.() !== 0) {
    throw new CloudError(
      "invalid",
      `A compute host needs root: run "sudo npm start". Or, for the packages alone: sudo sh -c '${install}'`,
    );
  }
}
