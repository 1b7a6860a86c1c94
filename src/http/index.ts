export { atLeast, anonymous } from "./context.ts";
export type { AccessRule, Caller, Ctx, Delegation, Microversion } from "./context.ts";
export {
  computeEnvelope,
  identityEnvelope,
  imageEnvelope,
  keyManagerEnvelope,
  placementEnvelope,
  sealstoneEnvelope,
} from "./envelopes.ts";
export { action, operation, rawOperation, Reply, route, SecretBytes } from "./operation.ts";
export type { Input, Operation, Route, TargetQuestion } from "./operation.ts";
export { listJson, pairJson, ReadyJson, rowJson } from "./ready-json.ts";
export { createHttpServer } from "./server.ts";
export type { ScopeType, Service } from "./service.ts";
export { validate } from "./validate.ts";
