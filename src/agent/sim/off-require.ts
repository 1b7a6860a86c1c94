import { CloudError } from "#base/errors.ts";
import type { SimBooks } from "./books.ts";

export function offRequire(books: SimBooks, serverId: string, what: string): void {
  if (books.get(serverId).power === "shutdown") return;
  throw new CloudError(
    "conflict",
    `Server ${serverId} is running, so ${what} cannot be removed. Stop it first.`,
  );
}
