import { execFile } from "node:child_process";
import { promisify } from "node:util";

const execFileAsync = promisify(execFile);
const OUTPUT_LIMIT = 64 * 1024 * 1024;

/** Runs a program to its end and gives its output; a failure names the command line and what it said. */
export async function run(program: string, args: readonly string[], cwd?: string): Promise<Buffer> {
  try {
    const { stdout } = await execFileAsync(program, args, {
      ...(cwd === undefined ? {} : { cwd }),
      encoding: "buffer",
      env: { ...process.env, LC_ALL: "C" },
      maxBuffer: OUTPUT_LIMIT,
    });
    return stdout;
  } catch (error) {
    const said = error instanceof Error && "stderr" in error ? String(error.stderr).trim() : "";
    throw new Error(`${program} ${args.join(" ")} failed: ${said === "" ? String(error) : said}`, {
      cause: error,
    });
  }
}
