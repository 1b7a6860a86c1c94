import { LibvirtConnectionError } from "./errors.ts";
import { nothingRead } from "./procedures/structs.ts";
import type { RpcLink } from "./rpc-link.ts";

/** `remote_auth_type`. */
const AUTH_TYPE = { none: 0, sasl: 1, polkit: 2 } as const;
/** `REMOTE_AUTH_TYPE_LIST_MAX`. */
const AUTH_TYPE_LIST_MAX = 20;
/** `VIR_DRV_FEATURE_PROGRAM_KEEPALIVE` in libvirt's `libvirt_internal.h`. */
const FEATURE_KEEPALIVE = 10;

/**
 * What libvirtd wants before anything else: authentication, then the driver's URI.
 *
 * @returns whether libvirtd speaks keepalive; the question also makes it ping from its side.
 */
export async function login(link: RpcLink, uri: string): Promise<{ keepalive: boolean }> {
  await authenticate(link);
  await link.call({
    procedure: "connectOpen",
    write: (writer) => {
      writer.optionalString(uri);
      writer.unsignedInt(0);
    },
    read: nothingRead,
  });
  const supported = await link.call({
    procedure: "connectSupportsFeature",
    write: (writer) => writer.int(FEATURE_KEEPALIVE),
    read: (reader) => reader.int(),
  });
  return { keepalive: supported === 1 };
}

/** Root is offered `none`; other users get in by polkit when its rules allow it. SASL is not for local sockets. */
async function authenticate(link: RpcLink): Promise<void> {
  const types = await link.call({
    procedure: "authList",
    read: (reader) => reader.array(AUTH_TYPE_LIST_MAX, (r) => r.int()),
  });
  if (types.length === 0 || types.includes(AUTH_TYPE.none)) return;
  if (types.includes(AUTH_TYPE.polkit)) {
    await link.call({ procedure: "authPolkit", read: (reader) => reader.int() });
    return;
  }
  const message = `libvirtd asks for authentication type ${types.join(", ")}; only none and polkit are supported`;
  throw new LibvirtConnectionError(message, { reason: "unreachable" });
}
