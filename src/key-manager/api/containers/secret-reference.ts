import { Type, type Static } from "typebox";
import { CloudError } from "#base/errors.ts";
import { isUuid, type SecretId } from "#base/ids.ts";
import type { ContainedSecret } from "../../domain/container.ts";

export const secretReference = Type.Object(
  {
    name: Type.Optional(Type.Union([Type.String({ maxLength: 255 }), Type.Null()])),
    secret_ref: Type.String({ minLength: 1 }),
  },
  { title: "ContainerSecret" },
);

/** The last part of the reference is the secret's id. What is none is no secret: 404 with `absent`. */
export function containedSecretOf(
  { name, secret_ref: ref }: Static<typeof secretReference>,
  absent: string,
): ContainedSecret {
  const id = ref.trim().replace(/\/$/, "").split("/").at(-1) ?? "";
  if (!isUuid(id)) throw new CloudError("not-found", absent);
  return { name: name?.trim(), secretId: id.toLowerCase() as SecretId };
}
