import type { Row } from "./rows.ts";

/** Rows, by name, that the rule of a way does not fit, and why. */
interface Exceptions {
  /** What a member of another project is answered; "success" answers about nobody. */
  readonly foreign: Readonly<
    Record<string, { readonly status: 403 | 404 | "success"; readonly why: string }>
  >;
  /** What a good request is answered, where that is no success. */
  readonly good: Readonly<Record<string, { readonly status: number; readonly why: string }>>;
  /** Whose bodies may have fields that nobody knows. */
  readonly open: Readonly<Record<string, string>>;
}

/** Below a server: Nova's answers for networks, volumes, displays and further hosts that there are none of. */
const withoutServices: Readonly<Record<number, readonly string[]>> = {
  400: [
    "POST action os-getVNCConsole",
    "POST action os-getSPICEConsole",
    "POST action os-getRDPConsole",
    "POST action os-getSerialConsole",
    "POST remote-consoles",
    "POST action addFixedIp",
    "POST action removeFixedIp",
    "POST action addFloatingIp",
    "POST action evacuate",
    "POST os-interface",
    "POST migrations/:migration/action force_complete",
  ],
  404: [
    "GET os-interface/:port",
    "DELETE os-interface/:port",
    "POST action addSecurityGroup",
    "POST action removeSecurityGroup",
    "POST action removeFloatingIp",
    "POST os-volume_attachments",
    "GET os-volume_attachments/:volume",
    "PUT os-volume_attachments/:volume",
    "DELETE os-volume_attachments/:volume",
    "GET migrations/:migration",
    "DELETE migrations/:migration",
  ],
};

export const exceptions: Exceptions = {
  foreign: {
    "identity GET /v3/auth/tokens": { status: 403, why: "the owner's token is in X-Subject-Token" },
    "identity HEAD /v3/auth/tokens": { status: 403, why: "the owner's token is in X-Subject-Token" },
    "identity DELETE /v3/auth/tokens": { status: 403, why: "the owner's token is in X-Subject-Token" },
    "identity POST /v3/OS-TRUST/trusts": { status: 403, why: "the trustor is in the body" },
    "identity POST /v3/credentials": { status: 403, why: "the user is in the body" },
    "key-manager GET /v1/secret-stores/preferred": { status: 404, why: "the project has chosen none" },
    "placement GET /usages": { status: 403, why: "the project is in the query" },
    "compute GET /v2.1/os-quota-sets/:id/defaults": {
      status: "success",
      why: "the same for every project; Nova's rule lets anybody",
    },
  },
  good: {
    "identity POST /v3/users/:user_id/password": { status: 401, why: "the old password is not known here" },
    "identity GET /v3/OS-FEDERATION/identity_providers/:idp_id/protocols/:protocol_id/auth": {
      status: 403,
      why: "no proxy is trusted in this cloud",
    },
    "identity HEAD /v3/OS-FEDERATION/identity_providers/:idp_id/protocols/:protocol_id/auth": {
      status: 403,
      why: "no proxy is trusted in this cloud",
    },
    "identity POST /v3/OS-FEDERATION/identity_providers/:idp_id/protocols/:protocol_id/auth": {
      status: 403,
      why: "no proxy is trusted in this cloud",
    },
    "identity DELETE /v3/regions/:region_id": { status: 403, why: "the other services' endpoints are in it" },
    "key-manager GET /v1/secret-stores/preferred": { status: 404, why: "the project has chosen none" },
    "key-manager GET /v1/containers/:container_id/consumers/:consumer_id": {
      status: 404,
      why: "no answer names a consumer's id",
    },
    "key-manager GET /v1/secrets/:secret_id/consumers/:consumer_id": {
      status: 404,
      why: "no answer names a consumer's id",
    },
    "compute DELETE /v2.1/images/:id": { status: 404, why: "the image service deleted it before" },
    "compute DELETE /v2.1/images/:id/metadata/:key": {
      status: 404,
      why: "the image service deleted it before",
    },
    "compute POST /v2.1/servers/:id/action sealstone:tpmRestore": {
      status: 409,
      why: "nothing of a TPM of this server is in the vault",
    },
    ...Object.fromEntries(
      Object.entries(withoutServices).flatMap(([status, names]) =>
        names.map((name) => [
          `compute ${name.replace(" ", " /v2.1/servers/:id/")}`,
          { status: Number(status), why: "what it takes is not there" },
        ]),
      ),
    ),
    "compute GET /v2.1/servers/:id/ips/:network": { status: 404, why: "servers have no networks" },
    "compute GET /v2.1/os-hosts/:id/startup": { status: 501, why: "Nova's answer for libvirt" },
    "compute GET /v2.1/os-hosts/:id/shutdown": { status: 501, why: "Nova's answer for libvirt" },
    "compute GET /v2.1/os-hosts/:id/reboot": { status: 501, why: "Nova's answer for libvirt" },
    "image PUT /v2/images/:image_id/members/:member_id": {
      status: 403,
      why: "the owner cannot accept for the member",
    },
    "placement POST /reshaper": { status: 400, why: "it names a provider that is not there" },
    "placement DELETE /allocations/:consumer_uuid": { status: 404, why: "the PUT before it left none" },
  },
  open: {
    "identity PATCH /v3/OS-FEDERATION/identity_providers/:idp_id: the body":
      "so is Keystone's around the provider",
    "compute POST /v2.1/servers: os:scheduler_hints":
      "Nova's is open for the hints of filters that are not its own",
    "compute POST /v2.1/servers: OS-SCH-HNT:scheduler_hints": "the same",
    "compute POST /v2.1/servers: os:scheduler_hints.query": "it is a filter's own",
    "compute POST /v2.1/servers: OS-SCH-HNT:scheduler_hints.query": "the same",
  },
};

/** Services that keep or overlook what they do not know: extra attributes, an image's own properties, new clients' fields. */
const openServices: readonly string[] = ["identity", "image", "key-manager"];

/** What is closed in those all the same. */
const closedAllTheSame =
  /^(identity \w+ \/v3\/((registered_)?limits|OS-FEDERATION\/(identity|service)_providers)|image \w+ .*\/:namespace\/(objects|tags))\b/u;

export function isOpen({ service, name }: Pick<Row, "service" | "name">): boolean {
  return openServices.includes(service.type) && !closedAllTheSame.test(name);
}
