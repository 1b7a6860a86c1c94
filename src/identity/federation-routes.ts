import { route, type Route } from "#http/index.ts";
import { authDomains } from "./api/auth/domains.ts";
import { authProjects } from "./api/auth/projects.ts";
import { protocolAuth } from "./api/federation-protocols/auth.ts";
import { protocolCreate } from "./api/federation-protocols/create.ts";
import { protocolDelete } from "./api/federation-protocols/delete.ts";
import { protocolsList } from "./api/federation-protocols/list.ts";
import { protocolShow } from "./api/federation-protocols/show.ts";
import { protocolUpdate } from "./api/federation-protocols/update.ts";
import { identityProviderCreate } from "./api/identity-providers/create.ts";
import { identityProviderDelete } from "./api/identity-providers/delete.ts";
import { identityProvidersList } from "./api/identity-providers/list.ts";
import { identityProviderShow } from "./api/identity-providers/show.ts";
import { identityProviderUpdate } from "./api/identity-providers/update.ts";
import { mappingCreate } from "./api/mappings/create.ts";
import { mappingDelete } from "./api/mappings/delete.ts";
import { mappingsList } from "./api/mappings/list.ts";
import { mappingShow } from "./api/mappings/show.ts";
import { mappingUpdate } from "./api/mappings/update.ts";
import { serviceProviderCreate } from "./api/service-providers/create.ts";
import { serviceProviderDelete } from "./api/service-providers/delete.ts";
import { serviceProvidersList } from "./api/service-providers/list.ts";
import { serviceProviderShow } from "./api/service-providers/show.ts";
import { serviceProviderUpdate } from "./api/service-providers/update.ts";
import type { IdentityDeps } from "./app/context.ts";

const rule = (name: string) => ({ policy: `identity:${name}` });

const federation = "/v3/OS-FEDERATION";
const providers = `${federation}/identity_providers`;
const provider = `${providers}/:idp_id`;
const protocols = `${provider}/protocols`;
const protocol = `${protocols}/:protocol_id`;
const mappings = `${federation}/mappings`;
const mapping = `${mappings}/:mapping_id`;
const serviceProviders = `${federation}/service_providers`;
const serviceProvider = `${serviceProviders}/:service_provider_id`;

/** Keystone's OS-FEDERATION, but for what needs SAML: assertions of our own for other clouds, and sign-in by a browser. */
// oxfmt-ignore
export const federationRoutes: readonly Route<IdentityDeps>[] = [
  route("GET", providers, identityProvidersList, rule("list_identity_providers")),
  route("GET", provider, identityProviderShow, rule("get_identity_provider")),
  route("PUT", provider, identityProviderCreate, rule("create_identity_provider")),
  route("PATCH", provider, identityProviderUpdate, rule("update_identity_provider")),
  route("DELETE", provider, identityProviderDelete, rule("delete_identity_provider")),
  route("GET", protocols, protocolsList, rule("list_protocols")),
  route("GET", protocol, protocolShow, rule("get_protocol")),
  route("PUT", protocol, protocolCreate, rule("create_protocol")),
  route("PATCH", protocol, protocolUpdate, rule("update_protocol")),
  route("DELETE", protocol, protocolDelete, rule("delete_protocol")),
  // What proves it is the trusted proxy's.
  route("GET", `${protocol}/auth`, protocolAuth, { policy: "public" }),
  route("POST", `${protocol}/auth`, protocolAuth, { policy: "public" }),
  route("GET", mappings, mappingsList, rule("list_mappings")),
  route("GET", mapping, mappingShow, rule("get_mapping")),
  route("PUT", mapping, mappingCreate, rule("create_mapping")),
  route("PATCH", mapping, mappingUpdate, rule("update_mapping")),
  route("DELETE", mapping, mappingDelete, rule("delete_mapping")),
  route("GET", serviceProviders, serviceProvidersList, rule("list_service_providers")),
  route("GET", serviceProvider, serviceProviderShow, rule("get_service_provider")),
  route("PUT", serviceProvider, serviceProviderCreate, rule("create_service_provider")),
  route("PATCH", serviceProvider, serviceProviderUpdate, rule("update_service_provider")),
  route("DELETE", serviceProvider, serviceProviderDelete, rule("delete_service_provider")),
  // What clients asked before there was /v3/auth.
  route("GET", `${federation}/projects`, authProjects, rule("get_auth_projects")),
  route("GET", `${federation}/domains`, authDomains, rule("get_auth_domains")),
];
