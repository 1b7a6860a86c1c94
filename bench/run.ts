/** `npm run bench -- NAME`: one file per figure; each prints its figures with their reference of the same run. */
import { readdirSync } from "node:fs";
import { join } from "node:path";

const folder = import.meta.dirname;
const names = readdirSync(folder)
  .filter((file) => file.endsWith(".bench.ts"))
  .map((file) => file.slice(0, -".bench.ts".length));
const [name, ...args] = process.argv.slice(2);

if (name === undefined || !names.includes(name)) {
  console.error(`Usage: npm run bench -- NAME, with NAME one of: ${names.join(", ")}`);
  process.exitCode = 2;
} else {
  const { bench } = (await import(join(folder, `${name}.bench.ts`))) as {
    bench: (args: readonly string[]) => Promise<void>;
  };
  await bench(args);
}
