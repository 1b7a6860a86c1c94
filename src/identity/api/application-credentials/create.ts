import { Type } from "typebox";
import { Secret } from "#base/secret.ts";
import { operation } from "#http/index.ts";
import { applicationCredentialCreate as create } from "../../app/application-credential.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { expiryParse } from "../../domain/expiry.ts";
import { nameSchema, nullable, pathParam, roleRefSchema } from "../input.ts";
import { applicationCredentialView } from "./view.ts";

const accessRule = Type.Union([
  Type.Object({ id: Type.String({ minLength: 1 }) }),
  Type.Object({
    service: Type.String({ minLength: 1, maxLength: 64 }),
    method: Type.Union(["DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"].map((name) => Type.Literal(name))),
    path: Type.String({ maxLength: 225, pattern: "^/" }),
  }),
]);

export const applicationCredentialCreate = operation({
  body: Type.Object({
    application_credential: Type.Object(
      {
        name: nameSchema(255),
        description: Type.Optional(nullable(Type.String())),
        secret: Type.Optional(nullable(Type.String({ minLength: 1, maxLength: 4096 }))),
        roles: Type.Optional(Type.Array(roleRefSchema)),
        access_rules: Type.Optional(Type.Array(accessRule, { maxItems: 100 })),
        unrestricted: Type.Optional(nullable(Type.Boolean())),
        expires_at: Type.Optional(nullable(Type.String())),
        project_id: Type.Optional(Type.String()),
      },
      { additionalProperties: false },
    ),
  }),
  status: 201,
  handle: async (ctx: IdentityCtx, { params, body: { application_credential: given } }) => {
    const { name, description, secret, roles, access_rules: accessRules, expires_at: expiresAt } = given;
    const made = await create(ctx, {
      userId: pathParam(params, "user_id"),
      name,
      description: description ?? undefined,
      secret: typeof secret === "string" ? new Secret(secret) : undefined,
      roles,
      accessRules,
      unrestricted: given.unrestricted ?? false,
      expiresAtUs: typeof expiresAt === "string" ? expiryParse(expiresAt, ctx.clock.now()) : undefined,
    });
    // The one answer that shows it.
    const shown = { ...applicationCredentialView(ctx, made), secret: made.secret.expose() };
    return { application_credential: shown };
  },
});
