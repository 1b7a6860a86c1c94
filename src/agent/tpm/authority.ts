import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileSizeFind } from "../files.ts";
import { programRun } from "../run-program.ts";
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

/** Any modulus will do for a certificate that is thrown away. */
const someModulus = `c${"5".repeat(510)}1`;

/**
 * Makes the authority's keys before the first TPM needs them, which would wait some hundred milliseconds for them:
 * swtpm_localca has no command for that, so it signs a certificate that nobody keeps.
 */
export async function tpmAuthorityWarm(folder: string, owner: SwtpmUser): Promise<void> {
  if ((await fileSizeFind(join(folder, "keys", "issuercert.pem"))) !== undefined) return;
  const scratch = await mkdtemp(join(tmpdir(), "sealstone-authority-"));
  try {
    await chown(scratch, owner.uid, owner.gid);
    const args = {
      "--configfile": join(folder, "swtpm-localca.conf"),
      "--optsfile": join(folder, "swtpm-localca.options"),
      "--dir": scratch,
      "--type": "ek",
      "--ek": someModulus,
      "--vmid": "nobody",
      "--tpm-spec-family": "2.0",
      "--tpm-spec-level": "0",
      "--tpm-spec-revision": "164",
      "--tpm-manufacturer": "id:00001014",
      "--tpm-model": "swtpm",
      "--tpm-version": "id:20191023",
    };
    await programRun("swtpm_localca", [...Object.entries(args).flat(), "--tpm2"], {
      user: owner,
      temporaryFolder: scratch,
    });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
