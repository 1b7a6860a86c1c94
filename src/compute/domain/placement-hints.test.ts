import { expect, test } from "vitest";
import { hostsPermitted } from "./placement-hints.ts";

const none = { group: undefined, sameHosts: undefined, differentHosts: [] };
const hosts = ["a", "b", "c"];
const group = (policy: string, memberHosts: string[], maxServersPerHost = 1) => ({
  ...none,
  group: { policy, memberHosts, maxServersPerHost },
});

test.each([
  ["no hints", none, ["a", "b", "c"]],
  ["the same host", { ...none, sameHosts: ["b", "x"] }, ["b"]],
  ["the same as one that is nowhere", { ...none, sameHosts: [] }, []],
  ["different hosts", { ...none, differentHosts: ["a", "c"] }, ["b"]],
  ["affinity, the first", group("affinity", []), ["a", "b", "c"]],
  ["affinity", group("affinity", ["c"]), ["c"]],
  ["anti-affinity", group("anti-affinity", ["a"]), ["b", "c"]],
  ["anti-affinity, two each", group("anti-affinity", ["a", "b", "b"], 2), ["a", "c"]],
  ["soft affinity", group("soft-affinity", ["c", "b", "c"]), ["c", "b", "a"]],
  ["soft anti-affinity", group("soft-anti-affinity", ["a", "b", "a"]), ["c", "b", "a"]],
])("%s", (_what, neighbours, permitted) => {
  expect(hostsPermitted(hosts, neighbours)).toEqual(permitted);
});
