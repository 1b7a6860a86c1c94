import { CloudError, isCloudError } from "#base/errors.ts";
import { placementCode } from "../domain/errors.ts";

/** Losers of a race between two processes begin anew; one process alone never races with itself. */
const attempts = 10;

export async function withRetry<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      const lost = isCloudError(error, "conflict") && error.data["raced"] === true;
      if (!lost || attempt === attempts) throw error;
    }
  }
}

/** Somebody else wrote between our reading and writing: the transaction is to be begun anew. */
export function raced(): CloudError {
  return new CloudError(
    "conflict",
    "Inventory and/or allocations changed while attempting to allocate: Another thread concurrently updated the " +
      "data. Please retry your update",
    { data: { raced: true, placementCode: placementCode.concurrentUpdate } },
  );
}
