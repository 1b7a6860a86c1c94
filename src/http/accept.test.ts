import { expect, test } from "vitest";
import { prefersHtml } from "./accept.ts";

test.each([
  [undefined, false],
  ["*/*", true],
  ["text/html", true],
  ["application/json", false],
  ["application/json, */*;q=0.5", false],
  ["application/json;q=0.5, text/*", true],
  ["text/html;q=0, */*", false],
  ["application/octet-stream", false],
])("Accept: %s", (accept, html) => {
  expect(prefersHtml(accept)).toBe(html);
});
