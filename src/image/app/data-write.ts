import { inspectHead } from "../domain/disk-format.ts";
import type { DataFacts, DataName, ImageFolder } from "../files/image-folder.ts";

export interface WrittenFacts extends DataFacts {
  /** Null where the format does not tell it. */
  readonly virtualSizeBytes: number | null;
}

/** Stores the data after its first bytes have passed the check of the claimed format. */
export async function imageDataWrite(
  folder: ImageFolder,
  name: DataName,
  diskFormat: string,
  chunks: AsyncIterable<Buffer>,
): Promise<WrittenFacts> {
  let fromHead: number | undefined;
  const facts = await folder.write(name, chunks, (head) => {
    fromHead = inspectHead(diskFormat, head);
  });
  return { ...facts, virtualSizeBytes: fromHead ?? (diskFormat === "raw" ? facts.sizeBytes : null) };
}
