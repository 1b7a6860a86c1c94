import { Type, type Static } from "typebox";
import { Parse } from "typebox/value";
import { CloudError } from "#base/errors.ts";
import { ProgramError, programRun } from "../run-program.ts";

const ImageInfo = Type.Object({
  format: Type.String(),
  "virtual-size": Type.Integer(),
  "backing-filename": Type.Optional(Type.String()),
  "full-backing-filename": Type.Optional(Type.String()),
  "format-specific": Type.Optional(
    Type.Object({ data: Type.Optional(Type.Object({ "data-file": Type.Optional(Type.String()) })) }),
  ),
});
type ImageInfo = Static<typeof ImageInfo>;

/**
 * An image comes from a user, so looking at it is bounded: 1 GiB of address space and 30 s of processor time
 * (Nova's own limits, CVE-2015-5162).
 */
const limits = ["--as=1073741824", "--cpu=30"];

/** The size that the guest sees, bytes. Throws `invalid` for an image that refers to other files or is none. */
export async function imageVirtualSize(path: string, imageId: string, format: string): Promise<number> {
  const info = await imageInfo(path, imageId, format);
  const elsewhere =
    info["backing-filename"] ?? info["full-backing-filename"] ?? info["format-specific"]?.data?.["data-file"];
  if (elsewhere !== undefined) {
    throw new CloudError(
      "invalid",
      `Image ${imageId} is unacceptable: it refers to another file. Upload it flattened (qemu-img convert).`,
    );
  }
  return info["virtual-size"];
}

async function imageInfo(path: string, imageId: string, format: string): Promise<ImageInfo> {
  try {
    const text = await programRun("prlimit", [
      ...limits,
      "qemu-img",
      "info",
      "--output=json",
      "-f",
      format,
      path,
    ]);
    return Parse(ImageInfo, JSON.parse(text));
  } catch (cause) {
    throw new CloudError("invalid", `Image ${imageId} is unacceptable: it is no readable ${format} image.`, {
      cause,
    });
  }
}

/** Throws `invalid` when the disk is larger already: no guest's file system outlives being cut off. */
export async function overlayGrow(path: string, serverId: string, sizeBytes: number): Promise<void> {
  try {
    await programRun("qemu-img", ["resize", "-q", "-f", "qcow2", path, String(sizeBytes)]);
  } catch (cause) {
    const shrinks = cause instanceof ProgramError && cause.output.includes("shrink");
    if (!shrinks) throw cause;
    throw new CloudError(
      "invalid",
      `Unable to resize disk down: the root disk of server ${serverId} is larger than ${sizeBytes} bytes.`,
      { cause },
    );
  }
}

/** A new overlay; changes of the guest go into it and the base is only read. */
export async function overlayCreate(
  path: string,
  base: { readonly path: string; readonly format: string },
  sizeBytes: number,
): Promise<void> {
  // With -u the base is not opened once more: it was looked at when it came into the cache.
  await programRun("qemu-img", [
    "create",
    "-q",
    "-u",
    "-f",
    "qcow2",
    "-F",
    base.format,
    "-b",
    base.path,
    path,
    String(sizeBytes),
  ]);
}

/** How many bytes the file and all that it is laid over take on their disks. It may be in use. */
export async function diskChainBytes(path: string): Promise<number> {
  const text = await programRun("qemu-img", ["info", "-U", "--backing-chain", "--output=json", path]);
  const chain = Parse(Type.Array(Type.Object({ "actual-size": Type.Integer() })), JSON.parse(text));
  return chain.reduce((sum, file) => sum + file["actual-size"], 0);
}

/** A disk may be as large as an image may be, on a slow one. */
const convertTimeoutMs = 6 * 60 * 60_000;

/** Writes a disk that nobody has open, with all that it is laid over, into one new qcow2 file. */
export async function diskConvert(from: string, to: string, signal: AbortSignal): Promise<void> {
  // With -U it takes no lock: one that outlives a killed agent does not keep its server from starting.
  const args = ["convert", "-U", "-f", "qcow2", "-O", "qcow2", from, to];
  await programRun("qemu-img", args, { timeoutMs: convertTimeoutMs, signal });
}
