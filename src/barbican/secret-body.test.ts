import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { base64Bytes, secretBody } from "./secret-body.ts";

test("base64 as Node's own, of every length", () => {
  for (let length = 0; length < 70; length += 1) {
    const bytes = randomBytes(length);
    expect(base64Bytes(bytes).toString("latin1")).toBe(bytes.toString("base64"));
  }
});

test("a body is JSON with the payload in it", () => {
  const payload = randomBytes(512);
  expect(JSON.parse(secretBody({ name: 'a "name"', secret_type: "passphrase" }, payload).toString())).toEqual(
    {
      name: 'a "name"',
      secret_type: "passphrase",
      payload_content_encoding: "base64",
      payload: payload.toString("base64"),
    },
  );
});
