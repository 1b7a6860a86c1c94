import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { CloudError } from "#base/errors.ts";
import type { TpmVersion } from "#vtpm/index.ts";
import { tpmStateNames } from "../agent-paths.ts";
import { passableFolderEnsure, plainFileRead } from "../files.ts";
import { tpmStateIsWhole, tpmStateMostBytes } from "./state-bytes.ts";
import { swtpmFolderEnsure } from "./state.ts";
import { SwtpmProcess, type SwtpmOptions } from "./swtpm-process.ts";

/** A swtpm that has begun and waits for a state that another one hands over. It ends by itself when its agent is killed. */
export class WaitingSwtpm implements AsyncDisposable {
  readonly version: TpmVersion;
  readonly #swtpm: SwtpmProcess;
  readonly #folder: string;

  private constructor(options: SwtpmOptions) {
    this.version = options.version;
    this.#folder = options.folder;
    this.#swtpm = new SwtpmProcess(options);
  }

  get runs(): boolean {
    return this.#swtpm.runs;
  }

  /** In a folder of its own in `workFolder`, which swtpm's user may pass through. */
  static async begin({
    workFolder,
    ...options
  }: Omit<SwtpmOptions, "folder"> & { readonly workFolder: string }): Promise<WaitingSwtpm> {
    await passableFolderEnsure(workFolder);
    const folder = await mkdtemp(join(workFolder, "tpm-rekey-"));
    await swtpmFolderEnsure(folder, options.owner);
    return new WaitingSwtpm({ ...options, folder });
  }

  /**
   * The TPM as swtpm keeps it under the passphrase `to`. `state` is what {@link SwtpmProcess.stateGet} gave under `from`. Once only.
   * Neither passphrase is wiped here. Throws `conflict` when swtpm does not open it with `from`.
   */
  async accept({
    state,
    from,
    to,
  }: {
    readonly state: Uint8Array;
    readonly from: Uint8Array;
    readonly to: Uint8Array;
  }): Promise<Buffer> {
    this.#swtpm.unlock({ passphrase: to, migrationPassphrase: from });
    await this.#swtpm.stateSet(state);
    // A swtpm that was given no state would make a new TPM here.
    await this.#swtpm.init();
    await this.#swtpm.shutdown();
    const bytes = await plainFileRead(
      join(this.#folder, tpmStateNames[this.version].file),
      tpmStateMostBytes,
    );
    if (!tpmStateIsWhole(bytes)) throw new CloudError("bug", "swtpm wrote no whole state of the TPM.");
    return bytes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#swtpm[Symbol.asyncDispose]();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
