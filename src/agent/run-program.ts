import { spawn } from "node:child_process";
import { constants, setPriority } from "node:os";
import type { Writable } from "node:stream";

export interface ProgramOptions {
  readonly user?: { readonly uid: number; readonly gid: number } | undefined;
  /** Given to the program as file descriptor 3, whole, then end of file. Not wiped: that is the caller's. */
  readonly descriptor3?: Uint8Array | undefined;
  /** Gives the program file descriptor 4, with nobody at its other end. */
  readonly descriptor4?: "closed" | undefined;
  /** Where the program may put temporary files. */
  readonly temporaryFolder?: string | undefined;
  readonly timeoutMs?: number | undefined;
  /** Whoever else wants the processor gets it first. */
  readonly background?: boolean | undefined;
  /** Ends the program, and what it started, when it is aborted. */
  readonly signal?: AbortSignal | undefined;
}

/** A program ended with something else than 0, or could not be started. */
export class ProgramError extends Error {
  override readonly name = "ProgramError";
  /** The end of what it printed. */
  readonly output: string;
  readonly missing: boolean;
  /** Undefined when it did not end by itself. */
  readonly status: number | undefined;

  constructor(
    message: string,
    fields: { output: string; missing: boolean; status?: number | undefined; cause?: unknown },
  ) {
    super(message, { cause: fields.cause });
    this.status = fields.status;
    this.output = fields.output;
    this.missing = fields.missing;
  }
}

/** Where the programs of the distribution are. */
export const systemPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const outputKeptChars = 4_000;
const defaultTimeoutMs = 120_000;

/** What it starts inherits it. */
function laterPriority(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_LOW);
  } catch {
    // It has ended already.
  }
}

/** All that a program of the distribution gets of an environment: nothing of ours. */
export function programEnvironment(): Record<string, string> {
  return { PATH: systemPath, LC_ALL: "C" };
}

/**
 * Runs a program of the distribution, without a shell and without our environment. Answers its standard output.
 * Throws {@link ProgramError}.
 */
export function programRun(
  program: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<string> {
  const { user, descriptor3, descriptor4, temporaryFolder, background, signal } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ["ignore", "pipe", "pipe", descriptor3 ? "pipe" : "ignore", descriptor4 ? "pipe" : "ignore"],
      env: { ...programEnvironment(), ...(temporaryFolder && { TMPDIR: temporaryFolder }) },
      cwd: "/",
      timeout: options.timeoutMs ?? defaultTimeoutMs,
      killSignal: "SIGKILL",
      ...user,
    });
    if (background === true && child.pid !== undefined) laterPriority(child.pid);
    // It ends what it started itself, which a kill would leave behind.
    const abort = (): void => void child.kill("SIGTERM");
    if (signal?.aborted === true) abort();
    signal?.addEventListener("abort", abort);
    child.on("close", () => signal?.removeEventListener("abort", abort));
    let output = "";
    let errors = "";
    child.stdout?.on("data", (text: Buffer) => (output += text.toString()));
    child.stderr?.on("data", (text: Buffer) => (errors = (errors + text.toString()).slice(-outputKeptChars)));
    child.on("error", (cause: NodeJS.ErrnoException) => {
      const missing = cause.code === "ENOENT";
      reject(
        new ProgramError(missing ? `${program} is not installed` : `${program}: ${cause.message}`, {
          output: "",
          missing,
          cause,
        }),
      );
    });
    child.on("close", (code, killer) => {
      if (code === 0) return resolve(output);
      const end = code === null ? `was ended by ${killer}` : `ended with ${code}`;
      const said = `${errors}${output}`.trim().slice(-outputKeptChars);
      reject(
        new ProgramError(`${program} ${end}: ${said.split("\n").at(-1) ?? ""}`, {
          output: said,
          missing: false,
          status: code ?? undefined,
        }),
      );
    });
    const write = (descriptor: 3 | 4, bytes: Uint8Array): void => {
      const end = child.stdio[descriptor] as Writable;
      // A program that ends before it has read everything says so by its exit code.
      end.on("error", () => {});
      end.end(bytes);
    };
    if (descriptor3) write(3, descriptor3);
    if (descriptor4) write(4, new Uint8Array());
  });
}
