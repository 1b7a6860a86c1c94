import { Type } from "typebox";
import { expect, test } from "vitest";
import { CloudError } from "#base/errors.ts";
import { createInProcessBus } from "./index.ts";

const double = {
  subject: "double",
  request: Type.Object({ n: Type.Number() }),
  reply: Type.Object({ n: Type.Number() }),
};
const news = { subject: "news", event: Type.Object({ text: Type.String() }) };

test("a request reaches the server of its host, and its error comes back typed", async () => {
  const bus = createInProcessBus();
  const stop = bus.serve(double, { hostId: "a" }, ({ n }) => {
    if (n < 0) throw new CloudError("conflict", "Negative.");
    return Promise.resolve({ n: 2 * n });
  });
  expect(await bus.request(double, { n: 4 }, { hostId: "a", timeoutMs: 1_000 })).toEqual({ n: 8 });
  await expect(bus.request(double, { n: -1 }, { hostId: "a", timeoutMs: 1_000 })).rejects.toMatchObject({
    code: "conflict",
  });
  await expect(bus.request(double, { n: 1 }, { hostId: "b", timeoutMs: 1_000 })).rejects.toMatchObject({
    code: "unavailable",
  });
  stop();
  await expect(bus.request(double, { n: 1 }, { hostId: "a", timeoutMs: 1_000 })).rejects.toMatchObject({
    code: "unavailable",
  });
});

test("what does not fit the schema is not sent, and a silent server is a timeout", async () => {
  const bus = createInProcessBus();
  bus.serve(double, {}, () => new Promise(() => {}));
  await expect(bus.request(double, { n: "x" } as never, { timeoutMs: 1_000 })).rejects.toMatchObject({
    code: "bug",
  });
  await expect(bus.request(double, { n: 1 }, { timeoutMs: 10 })).rejects.toMatchObject({ code: "timeout" });
});

test("events reach every listener until it stops", async () => {
  const bus = createInProcessBus();
  const heard: string[] = [];
  const stop = bus.subscribe(news, ({ text }) => void heard.push(`1${text}`));
  bus.subscribe(news, ({ text }) => void heard.push(`2${text}`));
  bus.publish(news, { text: "a" });
  await Promise.resolve();
  stop();
  bus.publish(news, { text: "b" });
  await new Promise((resolve) => setImmediate(resolve));
  expect(heard).toEqual(["1a", "2a", "2b"]);
});
