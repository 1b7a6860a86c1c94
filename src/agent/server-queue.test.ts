import { expect, test } from "vitest";
import { ServerQueue } from "./server-queue.ts";

test("work on one server goes one at a time and in order, also after a failure; other servers do not wait", async () => {
  const queue = new ServerQueue();
  const seen: string[] = [];
  const gate = Promise.withResolvers<void>();
  const first = queue.run("a", async () => {
    await gate.promise;
    seen.push("a1");
    throw new Error("a1 failed");
  });
  const second = queue.run("a", () => Promise.resolve(void seen.push("a2")));
  await queue.run("b", () => Promise.resolve(void seen.push("b")));
  expect(seen).toEqual(["b"]);
  gate.resolve();
  await expect(first).rejects.toThrow("a1 failed");
  await second;
  expect(seen).toEqual(["b", "a1", "a2"]);
});

test("works on different parts go side by side; work on the whole waits for them, and they for it", async () => {
  const queue = new ServerQueue();
  const seen: string[] = [];
  const gate = Promise.withResolvers<void>();
  const work = (name: string) => async (): Promise<void> => {
    if (name === "disks1") await gate.promise;
    seen.push(name);
  };
  const all = [
    queue.run("a", work("disks1"), "disks"),
    queue.run("a", work("tpm"), "tpm"),
    queue.run("a", work("disks2"), "disks"),
    queue.run("a", work("whole")),
    queue.run("a", work("tpm2"), "tpm"),
  ];
  await all[1];
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(seen).toEqual(["tpm"]);
  expect(queue.quietMs()).toBe(0);
  gate.resolve();
  await Promise.all(all);
  expect(seen).toEqual(["tpm", "disks1", "disks2", "whole", "tpm2"]);
});

test("idle waits for all that is under way, and for what that queued", async () => {
  const queue = new ServerQueue();
  let ended = 0;
  const slow = async (): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    ended += 1;
  };
  void queue.run("a", slow);
  void queue.run("a", slow);
  await queue.idle();
  expect(ended).toBe(2);
});

test("it is quiet since the last work ended, and not while there is any", async () => {
  const queue = new ServerQueue();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(queue.quietMs()).toBeGreaterThan(10);
  const gate = Promise.withResolvers<void>();
  const work = queue.run("a", () => gate.promise);
  expect(queue.quietMs()).toBe(0);
  gate.resolve();
  await work;
  expect(queue.quietMs()).toBeLessThan(10);
});
