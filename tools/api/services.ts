import {
  computeEnvelope,
  identityEnvelope,
  imageEnvelope,
  keyManagerEnvelope,
  placementEnvelope,
  sealstoneEnvelope,
  type Service,
} from "#http/index.ts";
import { auditRoutes } from "../../src/audit/routes.ts";
import { computeMicroversions } from "../../src/compute/api/versions/versions.ts";
import { computeRoutes } from "../../src/compute/routes.ts";
import { identityRoutes } from "../../src/identity/routes.ts";
import { imageRoutes } from "../../src/image/routes.ts";
import { microversions as keyManagerMicroversions } from "../../src/key-manager/domain/microversions.ts";
import { keyManagerRoutes } from "../../src/key-manager/routes.ts";
import { microversions as placementMicroversions } from "../../src/placement/api/root.ts";
import { routes as placementRoutes } from "../../src/placement/routes.ts";

export type ApiService = Pick<Service, "type" | "prefix" | "envelope" | "microversions" | "routes"> & {
  /** The OpenStack service and the API version that it serves. */
  readonly title: string;
  readonly version: string;
};

/** What the services' `index.ts` give to the HTTP server, without a database; test/every-route compares the two. */
export const apiServices: readonly ApiService[] = [
  {
    type: "compute",
    title: "Compute (Nova)",
    version: "v2.1",
    prefix: "/compute",
    envelope: computeEnvelope,
    microversions: computeMicroversions,
    routes: computeRoutes,
  },
  {
    type: "identity",
    title: "Identity (Keystone)",
    version: "v3",
    prefix: "/identity",
    envelope: identityEnvelope,
    routes: identityRoutes,
  },
  {
    type: "image",
    title: "Image (Glance)",
    version: "v2",
    prefix: "/image",
    envelope: imageEnvelope,
    routes: imageRoutes,
  },
  {
    type: "key-manager",
    title: "Key manager (Barbican)",
    version: "v1",
    prefix: "/key-manager",
    envelope: keyManagerEnvelope,
    microversions: keyManagerMicroversions,
    routes: keyManagerRoutes,
  },
  {
    type: "placement",
    title: "Placement",
    version: "1.x",
    prefix: "/placement",
    envelope: placementEnvelope,
    microversions: placementMicroversions,
    routes: placementRoutes,
  },
  {
    type: "sealstone",
    title: "Sealstone's own: audit of TPM passphrases",
    version: "v1",
    prefix: "/sealstone",
    envelope: sealstoneEnvelope,
    routes: auditRoutes,
  },
];
