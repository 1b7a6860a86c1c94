import { Type } from "typebox";
import { extraOf } from "../input.ts";

export const policyAttributes = { type: Type.String({ maxLength: 255 }), blob: Type.String() };

/** What the body says beyond type and blob. */
export function policyExtraOf(body: object): ReturnType<typeof extraOf> {
  return extraOf(body, policyAttributes);
}
