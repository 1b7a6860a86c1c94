import {
  LIST_SECRETS_FLAGS,
  secretHandleRead,
  SECRET_USAGE_TYPES,
  SECRET_VALUE_MAX,
} from "../procedures/secrets.ts";
import { STRING_MAX, uuidRead, uuidWrite } from "../procedures/structs.ts";
import type { XdrWriter } from "../xdr/writer.ts";
import { noSecret } from "./fake-error.ts";
import type { FakeSecret } from "./fake-host.ts";
import type { FakeProcedures } from "./fake-procedure.ts";

/** The secret procedures, server side. */
export const FAKE_SECRET_PROCEDURES: FakeProcedures = {
  secretDefineXml: ({ host }, reader) => {
    const secret = host.secretDefine(reader.string(STRING_MAX));
    reader.unsignedInt();
    return (writer) => secretHandleWrite(writer, secret);
  },
  secretSetValue: ({ host }, reader) => {
    const secret = host.secret(secretHandleRead(reader).uuid);
    secret.value = Buffer.from(reader.opaque(SECRET_VALUE_MAX));
    reader.unsignedInt();
  },
  secretUndefine: ({ host }, reader) => {
    host.secrets.delete(host.secret(secretHandleRead(reader).uuid).uuid);
  },
  secretLookupByUuid: ({ host }, reader) => {
    const secret = host.secret(uuidRead(reader));
    return (writer) => secretHandleWrite(writer, secret);
  },
  secretLookupByUsage: ({ host }, reader) => {
    const usageType = SECRET_USAGE_TYPES[reader.int()];
    const usageId = reader.string(STRING_MAX);
    for (const secret of host.secrets.values()) {
      if (secret.usageType === usageType && secret.usageId === usageId) {
        return (writer) => secretHandleWrite(writer, secret);
      }
    }
    throw noSecret(`usage '${usageId}'`);
  },
  connectListAllSecrets: ({ host }, reader) => {
    reader.int();
    const flags = reader.unsignedInt();
    const secrets = [...host.secrets.values()].filter((secret) => isListed(secret, flags));
    return (writer) => {
      writer.array(secrets, secretHandleWrite);
      writer.unsignedInt(secrets.length);
    };
  },
};

function secretHandleWrite(writer: XdrWriter, secret: FakeSecret): void {
  uuidWrite(writer, secret.uuid);
  writer.int(SECRET_USAGE_TYPES.indexOf(secret.usageType));
  writer.string(secret.usageId);
}

function isListed(secret: FakeSecret, flags: number): boolean {
  const { ephemeral, noEphemeral, private: isPrivate, noPrivate } = LIST_SECRETS_FLAGS;
  const groups: readonly (readonly [number, number])[] = [
    [ephemeral | noEphemeral, secret.ephemeral ? ephemeral : noEphemeral],
    [isPrivate | noPrivate, secret.private ? isPrivate : noPrivate],
  ];
  return groups.every(([group, own]) => (flags & group) === 0 || (flags & own) !== 0);
}
