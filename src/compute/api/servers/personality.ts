import { Type } from "typebox";
import type { ConfigDriveInjection } from "#bus/index.ts";

export interface PersonalityFile {
  readonly path?: string;
  readonly contents?: string;
}

/** Nova's format `base64`, with the line ends that encoders put in. */
const base64 = "^\\s*([A-Za-z0-9+/]\\s*)*=?\\s*=?\\s*$";

/** parameter_types.personality, until 2.56 */
export const personality = Type.Optional(
  Type.Array(
    Type.Object(
      { path: Type.Optional(Type.String()), contents: Type.Optional(Type.String({ pattern: base64 })) },
      { additionalProperties: false },
    ),
  ),
);

export function filesOf(files: readonly PersonalityFile[] = []): ConfigDriveInjection["files"] {
  return files.map(({ path = "", contents = "" }) => ({ path, contents }));
}
