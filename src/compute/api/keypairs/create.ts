import { Type } from "typebox";
import { atLeast, operation, Reply } from "#http/index.ts";
import type { ComputeCtx } from "../../app/deps.ts";
import { keypairCreate as create } from "../../app/keypair.ts";
import { keypairSummary } from "./view.ts";

const closed = { additionalProperties: false };
const named = (pattern: string) => Type.String({ minLength: 1, maxLength: 255, pattern });
const name = named("^(?! )[a-zA-Z0-9_ -]+(?<! )$");
/** Since 2.92. */
const wideName = named("^(?! )[a-zA-Z0-9_ @.-]+(?<! )$");
const type = Type.Optional(Type.Union([Type.Literal("ssh"), Type.Literal("x509")]));
const base = { name, public_key: Type.Optional(Type.String()) };
const userId = Type.Optional(Type.String());

function body(fields: Parameters<typeof Type.Object>[0]) {
  return Type.Object({ keypair: Type.Object(fields, closed) }, closed);
}

/** POST /os-keypairs; since 2.92 only imports. 200 before 2.2, 201 from then on. */
export const keypairCreate = operation({
  body: [
    { from: "2.1", schema: body(base) },
    { from: "2.2", schema: body({ ...base, type }) },
    { from: "2.10", schema: body({ ...base, type, user_id: userId }) },
    {
      from: "2.92",
      schema: body({ name: wideName, public_key: Type.String(), type, user_id: userId }),
    },
  ],
  handle: async (ctx: ComputeCtx, input) => {
    const { keypair: wanted } = input.body as {
      keypair: Record<string, string | undefined> & { name: string };
    };
    const { keypair, privateKey } = await create(ctx, {
      name: wanted.name,
      type: wanted["type"] ?? "ssh",
      ...(wanted["public_key"] === undefined ? {} : { publicKey: wanted["public_key"] }),
      ...(wanted["user_id"] === undefined ? {} : { userId: wanted["user_id"] }),
    });
    const view = {
      ...keypairSummary(ctx, keypair),
      user_id: keypair.user_id,
      ...(privateKey === undefined ? {} : { private_key: privateKey }),
    };
    return new Reply(atLeast(ctx, "2.2") ? 201 : 200, { keypair: view });
  },
});
