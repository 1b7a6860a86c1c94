import { Type } from "typebox";
import type { OptionPath } from "../../domain/domain-config.ts";

export const configBody = Type.Object({ config: Type.Record(Type.String(), Type.Unknown()) });
export const wholeConfigBody = Type.Object({
  config: Type.Record(Type.String(), Type.Record(Type.String(), Type.Unknown())),
});

/** `/config`, `/config/GROUP` or `/config/GROUP/OPTION`. */
export function optionPathOf(params: Readonly<Record<string, string>>): OptionPath {
  return { group: params["group"], option: params["option"] };
}
