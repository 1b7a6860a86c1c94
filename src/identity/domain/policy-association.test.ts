import { expect, test } from "vitest";
import { policyIdOfEndpoint, type PolicyAssociation } from "./policy-association.ts";

const endpoint = { id: "e", serviceId: "s", regionIds: ["inner", "outer"] };
const at = (policyId: string, place: Partial<PolicyAssociation>): PolicyAssociation => ({
  policyId,
  endpointId: undefined,
  serviceId: undefined,
  regionId: undefined,
  ...place,
});
const [own, inner, outer, service, foreign] = [
  at("own", { endpointId: "e" }),
  at("inner", { serviceId: "s", regionId: "inner" }),
  at("outer", { serviceId: "s", regionId: "outer" }),
  at("service", { serviceId: "s" }),
  at("foreign", { serviceId: "other", regionId: "inner" }),
];

test.each([
  [[foreign, service, outer, inner, own], "own"],
  [[foreign, service, outer, inner], "inner"],
  [[foreign, service, outer], "outer"],
  [[foreign, service], "service"],
  [[foreign], undefined],
])("the nearest policy holds (%#)", (associations, policyId) => {
  expect(policyIdOfEndpoint(associations, endpoint)).toBe(policyId);
});
