import { request } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestCloud, type TestCloud } from "../kit/test-cloud.ts";

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await startTestCloud();
});
afterAll(() => cloud.stop());

/** With a Host header that `fetch` would not send. */
async function get(path: string, host: string): Promise<{ status: number | undefined; text: string }> {
  const headers = { host, "x-auth-token": cloud.admin.token };
  return new Promise((resolve, reject) => {
    request(cloud.url + path, { headers }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (piece: string) => (text += piece));
      answer.on("end", () => resolve({ status: answer.statusCode, text }));
    })
      .on("error", reject)
      .end();
  });
}

test.each(["[", "a b", "host:port", "a/b", "127.0.0.1:8700"])(
  "Placement answers with its own links whatever the Host header is: %s",
  async (host) => {
    const { status, text } = await get("/placement/resource_providers", host);
    expect(status).toBe(200);
    const [provider] = (JSON.parse(text) as { resource_providers: { links: { href: string }[] }[] })
      .resource_providers;
    expect(provider?.links[0]?.href).toMatch(/^\/placement\/resource_providers\/[0-9a-f-]{36}$/);
  },
);
