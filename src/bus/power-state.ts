import { Type, type Static } from "typebox";

/** nova.compute.power_state, by name. */
export const PowerState = Type.Union([
  Type.Literal("running"),
  Type.Literal("paused"),
  Type.Literal("shutdown"),
  Type.Literal("crashed"),
  Type.Literal("suspended"),
  Type.Literal("no-state"),
]);
export type PowerState = Static<typeof PowerState>;
