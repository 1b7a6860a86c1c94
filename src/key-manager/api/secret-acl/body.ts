import { Type, type Static } from "typebox";
import type { SecretAclChange } from "../../domain/secret-acl.ts";

/** barbican.common.validators.ACLValidator. */
export const aclBody = Type.Object(
  {
    read: Type.Optional(
      Type.Object(
        {
          users: Type.Optional(Type.Array(Type.String({ maxLength: 255 }), { maxItems: 1_000 })),
          "project-access": Type.Optional(Type.Boolean()),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false, title: "ACL" },
);

/** Undefined when nothing is said about reading; an empty object says nothing too, as in Barbican. */
export function aclChangeOf(body: Static<typeof aclBody>): SecretAclChange | undefined {
  const { read } = body;
  if (!read || Object.keys(read).length === 0) return undefined;
  return { projectAccess: read["project-access"], users: read.users };
}
