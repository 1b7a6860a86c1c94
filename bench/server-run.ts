import type { Client } from "../test/kit/client.ts";

export interface BenchServer {
  readonly id: string;
  /** From the request to ACTIVE, ms. */
  readonly ms: number;
  /** Deletes it and waits until it is gone. */
  remove(): Promise<void>;
}

/** POST /servers with `sealstone-guest` and this flavor until ACTIVE, looked at every five milliseconds. */
export async function serverRun(client: Client, flavorName = "vtpm.small"): Promise<BenchServer> {
  const images = await client.send("GET", "/image/v2/images?name=sealstone-guest");
  const { flavors } = (await client.send("GET", "/compute/v2.1/flavors")).body as {
    flavors: { name: string; id: string }[];
  };
  const server = {
    name: "bench",
    imageRef: images.body.images[0].id as string,
    flavorRef: flavors.find(({ name }) => name === flavorName)?.id ?? "",
    networks: "none",
  };
  const started = performance.now();
  const { body } = await client.send("POST", "/compute/v2.1/servers", { server }, "2.37");
  const path = `/compute/v2.1/servers/${body.server.id}`;
  let status = "BUILD";
  while (status === "BUILD") {
    await new Promise((resolve) => setTimeout(resolve, 5));
    status = (await client.send("GET", path)).body.server.status as string;
  }
  const ms = performance.now() - started;
  if (status !== "ACTIVE") throw new Error(`the server is ${status}`);
  return {
    id: body.server.id as string,
    ms,
    async remove() {
      await client.send("DELETE", path);
      while ((await client.send("GET", path)).status !== 404)
        await new Promise((resolve) => setTimeout(resolve, 20));
    },
  };
}
