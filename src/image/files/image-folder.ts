import { createHash } from "node:crypto";
import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { CloudError } from "#base/errors.ts";
import type { ByteRange } from "../domain/byte-range.ts";
import { headBytes } from "../domain/disk-format.ts";

/** Which file: every upload writes one of its own, so a late one can never replace another's. */
export interface DataName {
  readonly imageId: string;
  readonly dataId: string;
}

export interface DataFacts {
  readonly sizeBytes: number;
  readonly md5: string;
  readonly sha512: string;
}

export interface ImageFolder {
  /**
   * Writes all of the stream durably, then makes it visible under its name; on any error nothing is left. The
   * stream is not destroyed. `inspect` sees the first bytes once and may throw.
   */
  write(name: DataName, chunks: AsyncIterable<Buffer>, inspect: (head: Buffer) => void): Promise<DataFacts>;
  /** Streams a file, or a part of it; `not-found` when it is gone. */
  stream(name: DataName, range?: ByteRange): Promise<Readable>;
  /** At most `length` bytes from `offset`; fewer only at the end. */
  read(name: DataName, offset: number, length: number): Promise<Buffer>;
  remove(name: DataName): Promise<void>;
  /** Removes every file that is not among these; returns how many. */
  removeAllBut(names: readonly DataName[]): Promise<number>;
}

/** Glance's `image_size_cap`. */
const sizeCap = 2 ** 40;

export function openImageFolder(folder: string, maximumBytes = sizeCap): ImageFolder {
  const pathOf = (name: DataName): string => join(folder, fileOf(name));
  return {
    async write(name, chunks, inspect) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const partial = `${pathOf(name)}.part`;
      try {
        const facts = await writeFile(partial, chunks, { inspect, maximumBytes });
        await rename(partial, pathOf(name));
        await syncFolder(folder);
        return facts;
      } catch (error) {
        await rm(partial, { force: true });
        throw fullOr(error);
      }
    },
    async stream(name, range) {
      const handle = await open(pathOf(name)).catch(absent);
      const part = range ? { start: range.first, end: range.last } : {};
      return handle.createReadStream({ ...part, highWaterMark: 256 * 1024 });
    },
    async read(name, offset, length) {
      const handle = await open(pathOf(name)).catch(absent);
      try {
        const buffer = Buffer.alloc(length);
        let filled = 0;
        while (filled < length) {
          const { bytesRead } = await handle.read(buffer, filled, length - filled, offset + filled);
          if (bytesRead === 0) break;
          filled += bytesRead;
        }
        return buffer.subarray(0, filled);
      } finally {
        await handle.close();
      }
    },
    remove: (name) => rm(pathOf(name), { force: true }),
    async removeAllBut(names) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const kept = new Set(names.map(fileOf));
      const others = (await readdir(folder)).filter((file) => dataFile.test(file) && !kept.has(file));
      for (const file of others) await rm(join(folder, file), { force: true });
      return others.length;
    },
  };
}

/** Only such files are ours to remove, whatever else an operator puts there. */
const dataFile = /^[0-9a-f-]{36}\.[0-9a-f-]{36}(?:\.part)?$/i;

function fileOf(name: DataName): string {
  return `${name.imageId}.${name.dataId}`;
}

async function writeFile(
  path: string,
  chunks: AsyncIterable<Buffer>,
  { inspect, maximumBytes }: { inspect: (head: Buffer) => void; maximumBytes: number },
): Promise<DataFacts> {
  const [md5, sha512] = [createHash("md5"), createHash("sha512")];
  let sizeBytes = 0;
  let head: Buffer | undefined = Buffer.alloc(0);
  await using handle = await open(path, "wx", 0o600);
  for await (const chunk of chunks) {
    sizeBytes += chunk.length;
    if (sizeBytes > maximumBytes) {
      throw new CloudError(
        "too-large",
        `The incoming image is too large: the limit is ${maximumBytes} bytes.`,
      );
    }
    if (head) {
      head = Buffer.concat([head, chunk.subarray(0, headBytes - head.length)]);
      if (head.length === headBytes) {
        inspect(head);
        head = undefined;
      }
    }
    md5.update(chunk);
    sha512.update(chunk);
    await handle.writeFile(chunk);
  }
  if (head) inspect(head);
  await handle.sync();
  return { sizeBytes, md5: md5.digest("hex"), sha512: sha512.digest("hex") };
}

/** A rename is durable once the folder is. */
async function syncFolder(folder: string): Promise<void> {
  await using handle = await open(folder);
  await handle.sync();
}

function fullOr(error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  if (!["ENOSPC", "EDQUOT", "EFBIG"].includes(code)) return error;
  return new CloudError("too-large", `Image storage media is full: the data was not stored (${code}).`, {
    cause: error,
  });
}

function absent(error: unknown): never {
  const isAbsent = (error as NodeJS.ErrnoException).code === "ENOENT";
  if (!isAbsent) throw error;
  throw new CloudError("not-found", "The data of the image is not in the image folder.", { cause: error });
}
