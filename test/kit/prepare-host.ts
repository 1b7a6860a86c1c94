import { prepareClients, prepareHost } from "../../src/main/setup/prepare-host.ts";

/** Before tests that need a real host: all that `npm start` needs of the machine, and the real clients. */
export async function setup(): Promise<void> {
  const log = (line: string): void => console.error(line);
  await prepareHost({ log });
  await prepareClients({ log });
}
