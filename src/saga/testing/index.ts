export { sagaTests } from "./saga-tests.ts";
export type { SagaTestSetup, SagaWorld } from "./setup.ts";
