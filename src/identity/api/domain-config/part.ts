import { Type } from "typebox";
import type { ConfigPart } from "../../domain/domain-config.ts";

/** What the path names of a configuration. */
export function configPartOfPath(params: Readonly<Record<string, string>>): ConfigPart {
  return { group: params["group"], option: params["option"] };
}

/** Which groups and options there are is not the schema's to say: what is unknown is 403. */
export const configBody = Type.Object({ config: Type.Record(Type.String(), Type.Unknown()) });
