/**
 * A swtpm of our own for a short time: we speak its control channel (swtpm_ioctls(3): a command number and a structure, all big-endian)
 * and its TPM's commands. Passphrases go in, and everything else out, by inherited descriptors alone.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { Duplex } from "node:stream";
import { CloudError } from "#base/errors.ts";
import type { TpmVersion } from "#vtpm/index.ts";
import { programEnvironment, ProgramError } from "../run-program.ts";
import type { SwtpmUser } from "./swtpm-user.ts";

export interface SwtpmOptions {
  readonly version: TpmVersion;
  /** Where the state is, or will be; swtpm's user must reach it. */
  readonly folder: string;
  readonly owner: SwtpmUser;
}

export interface SwtpmPassphrases {
  /** The state in the folder is encrypted with it. Not wiped here. */
  readonly passphrase: Uint8Array;
  /** States that go through the control channel are encrypted with it. Not wiped here. */
  readonly migrationPassphrase: Uint8Array;
}

const program = "swtpm";
const control = { init: 2, shutdown: 3, stateGet: 12, stateSet: 13 } as const;
const permanent = 1;
/** "Decrypted" is to say with the migration key's encryption alone (swtpm_nvstore.c, SWTPM_NVRAM_GetStateBlob). */
const stateDecrypted = 1;
const patienceMs = 30_000;
const logKeptChars = 2_000;

/** What libvirt gives swtpm (`qemuTPMEmulatorBuildCommand`), so that it opens what is made here. */
const keyForm = "mode=aes-256-cbc,kdf=pbkdf2";

export class SwtpmProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #control: Channel;
  readonly #data: Channel;
  readonly #closed: Promise<unknown>;
  #log = "";

  /** Answers at once. It waits for its passphrases, for as long as it takes. */
  constructor({ version, folder, owner }: SwtpmOptions) {
    const args = [
      "socket",
      ...(version === "2.0" ? ["--tpm2"] : []),
      "--tpmstate",
      `dir=${folder},mode=0600`,
      "--key",
      `pwdfd=3,${keyForm}`,
      "--ctrl",
      "type=unixio,clientfd=4",
      // It ends when nobody is at the other end any more: no swtpm outlives an agent that was killed.
      "--fd",
      "5",
      "--migration-key",
      `pwdfd=6,${keyForm}`,
    ];
    this.#child = spawn(program, args, {
      stdio: ["ignore", "ignore", "pipe", "pipe", "pipe", "pipe", "pipe"],
      env: programEnvironment(),
      cwd: "/",
      ...owner,
    });
    this.#child.stderr?.on("data", (text: Buffer) => {
      this.#log = (this.#log + text.toString()).slice(-logKeptChars);
    });
    // Node's type knows no more than five.
    const ends: readonly unknown[] = this.#child.stdio;
    this.#control = new Channel(ends[4] as Duplex);
    this.#data = new Channel(ends[5] as Duplex);
    this.#closed = once(this.#child, "close").catch(() => undefined);
    // A swtpm that ends before it has read everything says so by not answering.
    for (const descriptor of [3, 6]) (ends[descriptor] as Duplex).on("error", () => {});
  }

  /** Before anything is asked of it; from now on it has half a minute. */
  unlock({ passphrase, migrationPassphrase }: SwtpmPassphrases): void {
    const ends: readonly unknown[] = this.#child.stdio;
    (ends[3] as Duplex).end(passphrase);
    (ends[6] as Duplex).end(migrationPassphrase);
    const patience = setTimeout(() => this.end(), patienceMs);
    void this.#closed.then(() => clearTimeout(patience));
  }

  /** False once it has ended. */
  get runs(): boolean {
    return this.#child.pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Loads the state of the folder, or the one that was set, and writes it. Throws `conflict` when its passphrase does not open it. */
  async init(): Promise<void> {
    await openedOrRefused(() => this.#controlAsk("init", [0], 0));
  }

  /** The permanent state, encrypted with the migration passphrase. After {@link init}. */
  async stateGet(): Promise<Buffer> {
    const head = await this.#controlAsk("stateGet", [stateDecrypted, permanent, 0], 12);
    return await this.#read(this.#control, head.readUInt32BE(8));
  }

  /**
   * Takes what {@link stateGet} of another swtpm with the same migration passphrase gave. Before {@link init}. Throws `conflict` when
   * that passphrase does not open it.
   */
  async stateSet(state: Uint8Array): Promise<void> {
    await openedOrRefused(() => this.#controlAsk("stateSet", [0, permanent, state.length], 0, state));
  }

  /** Ends it in order; what it has to write is written. */
  async shutdown(): Promise<void> {
    await this.#controlAsk("shutdown", [], 0);
    await this.#closed;
  }

  /** Gives the TPM a command of its own interface and answers its response, header and all. After {@link init}. */
  async command(bytes: Uint8Array): Promise<Buffer> {
    this.#data.write(bytes);
    const head = await this.#read(this.#data, 6);
    return Buffer.concat([head, await this.#read(this.#data, head.readUInt32BE(2) - head.length)]);
  }

  /** Ends it as it is. */
  end(): void {
    this.#child.kill("SIGKILL");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.end();
    await this.#closed;
  }

  /** Answers `answerBytes` bytes behind the result. Throws unless that is success. */
  async #controlAsk(
    name: keyof typeof control,
    words: readonly number[],
    answerBytes: number,
    payload: Uint8Array = new Uint8Array(),
  ): Promise<Buffer> {
    const head = Buffer.alloc(4 * (1 + words.length));
    [control[name], ...words].forEach((word, index) => head.writeUInt32BE(word, 4 * index));
    this.#control.write(Buffer.concat([head, payload]));
    const result = (await this.#read(this.#control, 4)).readUInt32BE();
    if (result !== 0) throw this.#error(`swtpm answered ${name} with ${result}`);
    return await this.#read(this.#control, answerBytes);
  }

  async #read(channel: Channel, length: number): Promise<Buffer> {
    const bytes = await channel.read(length);
    if (bytes !== undefined) return bytes;
    await this.#closed;
    throw this.#error("swtpm ended before it had answered");
  }

  #error(message: string): ProgramError {
    const output = this.#log.trim();
    const status = this.#child.exitCode ?? undefined;
    return new ProgramError(`${message}: ${output.split("\n").at(-1) ?? ""}`, {
      output,
      missing: status === undefined && this.#child.pid === undefined,
      status,
    });
  }
}

/** Whatever swtpm answers but success, or its end, is for the state. */
async function openedOrRefused(ask: () => Promise<unknown>): Promise<void> {
  try {
    await ask();
  } catch (cause) {
    if (!(cause instanceof ProgramError) || cause.missing) throw cause;
    const message = "swtpm does not open the TPM state with its passphrase: it is damaged, or another one's.";
    throw new CloudError("conflict", message, { cause, detail: cause.output });
  }
}

/** Bytes as they come, read as many as are wanted. */
class Channel {
  readonly #stream: Duplex;
  #have = Buffer.alloc(0);
  #ended = false;
  #more = Promise.withResolvers<void>();

  constructor(stream: Duplex) {
    this.#stream = stream;
    const wake = (): void => {
      this.#more.resolve();
      this.#more = Promise.withResolvers();
    };
    stream.on("data", (bytes: Buffer) => {
      this.#have = Buffer.concat([this.#have, bytes]);
      wake();
    });
    const end = (): void => {
      this.#ended = true;
      wake();
    };
    // Whoever reads hears of it.
    stream.on("error", end).on("close", end);
  }

  write(bytes: Uint8Array): void {
    this.#stream.write(bytes);
  }

  /** Undefined when the other end went before there were so many. */
  async read(length: number): Promise<Buffer | undefined> {
    while (this.#have.length < length) {
      if (this.#ended) return undefined;
      await this.#more.promise;
    }
    const bytes = this.#have.subarray(0, length);
    this.#have = this.#have.subarray(length);
    return bytes;
  }
}
