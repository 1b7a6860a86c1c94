import { expect, test } from "vitest";
import { DomainWatch } from "./domain-watch.ts";

test("hears what was told since it began to listen, about that server and of that kind only", async () => {
  const watch = new DomainWatch();
  using listener = watch.listen("a", "reboot");
  watch.tell("b", "reboot");
  watch.tell("a", "lifecycle");
  expect(await listener.next(5)).toBe(false);
  watch.tell("a", "reboot");
  expect(await listener.next(60_000)).toBe(true);
  const next = listener.next(60_000);
  watch.tell("a", "reboot");
  expect(await next).toBe(true);
  expect(await listener.next(1)).toBe(false);
});
