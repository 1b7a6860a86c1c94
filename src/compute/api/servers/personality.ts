import { Type } from "typebox";
import type { ConfigDriveInjection } from "#bus/index.ts";
import { base64Pattern } from "../parameter-schemas.ts";

export interface PersonalityFile {
  readonly path?: string;
  readonly contents?: string;
}

/** parameter_types.personality, until 2.56 */
export const personality = Type.Optional(
  Type.Array(
    Type.Object(
      {
        path: Type.Optional(Type.String()),
        contents: Type.Optional(Type.String({ pattern: base64Pattern })),
      },
      { additionalProperties: false },
    ),
  ),
);

export function filesOf(files: readonly PersonalityFile[] = []): ConfigDriveInjection["files"] {
  return files.map(({ path = "", contents = "" }) => ({ path, contents }));
}
