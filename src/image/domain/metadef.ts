import { CloudError } from "#base/errors.ts";
import type { Viewer } from "./image.ts";

export type MetadefVisibility = "public" | "private";

/** A named group of definitions of metadata: what keys images, flavors and volumes may have, and with which values. */
export interface MetadefNamespace {
  readonly id: string;
  readonly namespace: string;
  readonly displayName: string | null;
  readonly description: string | null;
  readonly visibility: MetadefVisibility;
  /** Project; null for one that everybody sees. */
  readonly owner: string | null;
  readonly isProtected: boolean;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** That the definitions can be put on things of this type, with the prefix before their names. */
export interface MetadefAssociation {
  /** Heat's name: `OS::Nova::Flavor`. */
  readonly resourceType: string;
  readonly prefix: string | null;
  readonly propertiesTarget: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface MetadefResourceType {
  readonly name: string;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** glance.db.sqlalchemy.metadef_api.namespace: `_is_namespace_visible`. */
export function isNamespaceVisible(namespace: MetadefNamespace, viewer: Viewer): boolean {
  if (viewer.isAdmin || namespace.owner === null || namespace.visibility === "public") return true;
  return namespace.owner === viewer.projectId;
}

export function namespaceNotFound(name: string): CloudError {
  return new CloudError("not-found", `Metadata definition namespace=${name} was not found.`);
}

/** Throws `forbidden`; `what` as in "Metadata definition object X". */
export function requireUnprotected(namespace: MetadefNamespace, what: string): void {
  if (!namespace.isProtected) return;
  throw new CloudError("forbidden", `Metadata definition ${what} is protected and cannot be deleted.`);
}
