import { chmod, chown, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { SwtpmUser } from "./swtpm-user.ts";

/** swtpm_setup's configuration file (swtpm_setup.conf(8)). */
export function tpmSetupConfig(folder: string): string {
  return join(folder, "swtpm_setup.conf");
}

/**
 * The certificate authority that signs this host's endorsement keys: swtpm_localca makes its keys at first use,
 * as the swtpm user and in its own folder, so that clouds on one machine, and whoever ran swtpm_setup there before,
 * do not get into each other's way.
 */
export async function tpmAuthorityPrepare(folder: string, owner: SwtpmUser): Promise<void> {
  const keys = join(folder, "keys");
  await mkdir(keys, { recursive: true });
  await chmod(folder, 0o755);
  await chown(keys, owner.uid, owner.gid);
  await chmod(keys, 0o700);
  const files = {
    setup: tpmSetupConfig(folder),
    localca: join(folder, "swtpm-localca.conf"),
    options: join(folder, "swtpm-localca.options"),
  };
  await Promise.all([
    writeFile(
      files.setup,
      [
        "create_certs_tool = /usr/bin/swtpm_localca",
        `create_certs_tool_config = ${files.localca}`,
        `create_certs_tool_options = ${files.options}`,
        "active_pcr_banks = sha256",
        "",
      ].join("\n"),
    ),
    writeFile(
      files.localca,
      [
        `statedir = ${keys}`,
        `signingkey = ${join(keys, "signkey.pem")}`,
        `issuercert = ${join(keys, "issuercert.pem")}`,
        `certserial = ${join(keys, "certserial")}`,
        "",
      ].join("\n"),
    ),
    writeFile(
      files.options,
      "--platform-manufacturer Sealstone\n--platform-version 1.0\n--platform-model QEMU\n",
    ),
  ]);
}
