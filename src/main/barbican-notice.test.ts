import { expect, test } from "vitest";
import type { Config } from "#config/index.ts";
import { barbicanNotice } from "./barbican-notice.ts";

function noticeOf(authEndpoint: string | undefined): string | undefined {
  const barbican = { authEndpoint };
  const api = { publicUrl: "https://cloud.example.org" };
  return barbicanNotice({ keyManager: { backend: "barbican", barbican }, api } as unknown as Config);
}

test("an auth_endpoint that is another identity service than this cloud's is explained", () => {
  for (const own of ["/identity", "/identity/", "/identity/v3", "/identity/v3/"])
    expect(noticeOf(`https://cloud.example.org${own}`)).toBeUndefined();
  expect(noticeOf(undefined)).toBeUndefined();
  expect(noticeOf("http://controller:5000/v3")).toMatch(
    /^\[barbican\] auth_endpoint = http:\/\/controller:5000\/v3 is not asked: .* identity service, https:\/\/cloud\.example\.org\/identity\.$/,
  );
});
