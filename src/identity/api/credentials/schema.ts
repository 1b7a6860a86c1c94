import { Type, type Static } from "typebox";
import { Secret } from "#base/secret.ts";
import type { CredentialChange } from "../../app/credential.ts";
import { nullable } from "../input.ts";

const type = Type.String({ minLength: 1, maxLength: 255 });
const projectId = Type.Optional(nullable(Type.String()));

export const credentialSchema = Type.Object({
  user_id: Type.String(),
  project_id: projectId,
  type,
  blob: Type.String(),
});

export const credentialUpdateSchema = Type.Object(
  {
    user_id: Type.Optional(Type.String()),
    project_id: projectId,
    type: Type.Optional(type),
    blob: Type.Optional(Type.String()),
  },
  { minProperties: 1 },
);

export function credentialChangeOf(body: Static<typeof credentialUpdateSchema>): CredentialChange {
  return {
    userId: body.user_id,
    projectId: body.project_id ?? undefined,
    type: body.type,
    blob: body.blob === undefined ? undefined : new Secret(body.blob),
  };
}
