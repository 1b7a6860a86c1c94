/**
 * A swtpm of our own for a short time: we speak its control channel (swtpm_ioctls(3): a command number and a structure, all big-endian)
 * and its TPM's commands. Passphrases go in, and everything else out, by inherited descriptors alone.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { Duplex } from "node:stream";
import type { TpmVersion } from "#vtpm/index.ts";
import { programEnvironment, ProgramError } from "../run-program.ts";
import type { SwtpmUser } from "./swtpm-user.ts";

export interface SwtpmOptions {
  readonly version: TpmVersion;
  /** Where the state is, or will be; swtpm's user must reach it. */
  readonly folder: string;
  readonly owner: SwtpmUser;
  /** The state in the folder is encrypted with it. Not wiped here. */
  readonly passphrase: Uint8Array;
  /** States that go through the control channel are encrypted with it. Not wiped here. */
  readonly migrationPassphrase?: Uint8Array | undefined;
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

  /** Answers at once: what is asked waits until swtpm has begun. */
  constructor({ version, folder, owner, passphrase, migrationPassphrase }: SwtpmOptions) {
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
      ...(migrationPassphrase === undefined ? [] : ["--migration-key", `pwdfd=6,${keyForm}`]),
    ];
    this.#child = spawn(program, args, {
      stdio: ["ignore", "ignore", "pipe", "pipe", "pipe", "pipe", migrationPassphrase ? "pipe" : "ignore"],
      env: programEnvironment(),
      cwd: "/",
      timeout: patienceMs,
      killSignal: "SIGKILL",
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
    for (const [descriptor, bytes] of [
      [3, passphrase],
      [6, migrationPassphrase],
    ] as const) {
      if (bytes === undefined) continue;
      const end = ends[descriptor] as Duplex;
      // A swtpm that ends before it has read everything says so by not answering.
      end.on("error", () => {});
      end.end(bytes);
    }
  }

  /** Loads the state of the folder, or the one that was set, and writes it. */
  async init(): Promise<void> {
    await this.#controlAsk("init", [0], 0);
  }

  /** The permanent state, encrypted with the migration passphrase. After {@link init}. */
  async stateGet(): Promise<Buffer> {
    const head = await this.#controlAsk("stateGet", [stateDecrypted, permanent, 0], 12);
    return await this.#read(this.#control, head.readUInt32BE(8));
  }

  /** Takes what {@link stateGet} of another swtpm with the same migration passphrase gave. Before {@link init}. */
  async stateSet(state: Uint8Array): Promise<void> {
    await this.#controlAsk("stateSet", [0, permanent, state.length], 0, state);
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

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
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
