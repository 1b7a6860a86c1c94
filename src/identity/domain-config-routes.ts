import { route, type Route } from "#http/index.ts";
import { domainConfigCreate } from "./api/domain-config/create.ts";
import { domainConfigDefaultShow } from "./api/domain-config/default.ts";
import { domainConfigDelete } from "./api/domain-config/delete.ts";
import { domainConfigShow } from "./api/domain-config/show.ts";
import { domainConfigUpdate, domainConfigUpdateOption } from "./api/domain-config/update.ts";
import type { IdentityDeps } from "./app/context.ts";

const rule = (name: string) => ({ policy: `identity:${name}` });
const config = "/v3/domains/:domain_id/config";

/** Keystone's options of one domain. */
// oxfmt-ignore
export const domainConfigRoutes: readonly Route<IdentityDeps>[] = [
  route("PUT", config, domainConfigCreate, rule("create_domain_config")),
  ...["", "/:group", "/:group/:option"].flatMap((part) => [
    route("GET", `${config}${part}`, domainConfigShow, rule("get_domain_config")),
    route("DELETE", `${config}${part}`, domainConfigDelete, rule("delete_domain_config")),
    route("GET", `/v3/domains/config${part}/default`, domainConfigDefaultShow, rule("get_domain_config_default")),
  ]),
  route("PATCH", config, domainConfigUpdate, rule("update_domain_config")),
  route("PATCH", `${config}/:group`, domainConfigUpdate, rule("update_domain_config")),
  route("PATCH", `${config}/:group/:option`, domainConfigUpdateOption, rule("update_domain_config")),
];
