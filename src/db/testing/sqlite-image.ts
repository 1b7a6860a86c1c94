import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase, type Migrations } from "../index.ts";

/** By the names of their migrations. */
const images = new Map<string, Promise<Uint8Array>>();

/** The bytes of a SQLite file with these tables, made once in a process: migrating takes longer than most tests. */
export function sqliteImage(migrations: Migrations): Promise<Uint8Array> {
  const names = Object.keys(migrations).toSorted().join(" ");
  const image = images.get(names) ?? imageMake(migrations);
  images.set(names, image);
  return image;
}

async function imageMake(migrations: Migrations): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), "sealstone-image-"));
  try {
    const path = join(folder, "cloud.sqlite");
    await (await openDatabase({ address: { kind: "sqlite", path }, migrations })).close();
    return await readFile(path);
  } finally {
    await rm(folder, { recursive: true });
  }
}
