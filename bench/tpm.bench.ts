/**
 * What a TPM made ahead saves, on a machine without libvirt even: to make one with swtpm_setup, to put one under another
 * passphrase (all that is left to do when a server takes it), and what certifying its endorsement keys anew, with the server's
 * UUID, would add at that moment.
 */
import { mkdir, chown } from "node:fs/promises";
import { join } from "node:path";
import { tpmSetupConfig } from "#agent/tpm/authority.ts";
import { tpmManufacture } from "#agent/tpm/manufacture.ts";
import { tpmStateRekey } from "#agent/tpm/rekey.ts";
import { programRun } from "#agent/run-program.ts";
import { tpmStateRead } from "#agent/tpm/state-bytes.ts";
import { newUuid } from "#base/ids.ts";
import type { TpmVersion } from "#vtpm/index.ts";
import { passphraseMake, tpmWorkshop, type TpmWorkshop } from "../test/kit/tpm-workshop.ts";
import { figuresLine } from "./figures.ts";
import { timed } from "./raw-round.ts";

export async function bench(args: readonly string[]): Promise<void> {
  const rounds = Number(args[0] ?? 10);
  const workshop = await tpmWorkshop();
  try {
    for (const version of ["2.0", "1.2"] as const) await versionFigures(workshop, version, rounds);
    const certified: number[] = [];
    for (let round = 0; round < rounds; round += 1) certified.push(await timed(() => certify(workshop)));
    console.log(figuresLine("both endorsement keys of a TPM 2.0 certified anew", certified));
  } finally {
    await workshop.remove();
  }
}

async function versionFigures(workshop: TpmWorkshop, version: TpmVersion, rounds: number): Promise<void> {
  const { owner, paths: all } = workshop;
  const [made, rekeyed]: [number[], number[]] = [[], []];
  // The first one makes the authority's keys.
  for (let round = -1; round < rounds; round += 1) {
    const serverId = newUuid();
    const [passphrase, to, paths] = [passphraseMake(), passphraseMake(), workshop.server(serverId)];
    const setupConfig = tpmSetupConfig(all.tpmAuthority);
    const ms = await timed(() =>
      tpmManufacture({ serverId, version, passphrase, paths, owner, setupConfig }),
    );
    const bytes = (await tpmStateRead(paths, version))?.bytes ?? Buffer.alloc(0);
    const input = { version, bytes, from: passphrase, to, owner, workFolder: workshop.folder };
    const again = await timed(() => tpmStateRekey(input));
    if (round < 0) continue;
    made.push(ms);
    rekeyed.push(again);
  }
  console.log(figuresLine(`TPM ${version} made`, made));
  console.log(figuresLine(`TPM ${version} put under another passphrase`, rekeyed));
}

/** As swtpm_setup has it done, both at once. The certificates would then have to be written into the TPM as well. */
async function certify({ paths, owner, folder }: TpmWorkshop): Promise<void> {
  const to = join(folder, "certified");
  await mkdir(to, { recursive: true });
  await chown(to, owner.uid, owner.gid);
  const x = "c".repeat(96);
  const generator =
    "x=aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7," +
    "y=3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f,id=secp384r1";
  const keys = [x.repeat(5) + "c".repeat(31) + "1", generator];
  const common = {
    "--configfile": join(paths.tpmAuthority, "swtpm-localca.conf"),
    "--optsfile": join(paths.tpmAuthority, "swtpm-localca.options"),
    "--dir": to,
    "--type": "ek",
    "--vmid": newUuid(),
    "--tpm-spec-family": "2.0",
    "--tpm-spec-level": "0",
    "--tpm-spec-revision": "164",
    "--tpm-manufacturer": "id:00001014",
    "--tpm-model": "swtpm",
    "--tpm-version": "id:20191023",
  };
  const certificateMake = (ek: string): Promise<string> => {
    const args = [...Object.entries({ ...common, "--ek": ek }).flat(), "--tpm2"];
    return programRun("swtpm_localca", args, { user: owner, temporaryFolder: to });
  };
  await Promise.all(keys.map(certificateMake));
}
