import { route, type Route } from "#http/index.ts";
import { aggregatesSet } from "./api/aggregates/set.ts";
import { aggregatesShow } from "./api/aggregates/show.ts";
import { allocationCandidatesList } from "./api/allocation-candidates/list.ts";
import { allocationsDelete } from "./api/allocations/delete.ts";
import { providerAllocationsShow } from "./api/allocations/provider.ts";
import { allocationsSetMany } from "./api/allocations/set-many.ts";
import { allocationsSet } from "./api/allocations/set.ts";
import { allocationsShow } from "./api/allocations/show.ts";
import { inventoriesClear } from "./api/inventories/clear.ts";
import { inventoryCreate } from "./api/inventories/create.ts";
import { inventoryDelete } from "./api/inventories/delete.ts";
import { inventoriesList } from "./api/inventories/list.ts";
import { inventoriesSet } from "./api/inventories/set.ts";
import { inventoryShow } from "./api/inventories/show.ts";
import { inventoryUpdate } from "./api/inventories/update.ts";
import { providerTraitsClear } from "./api/provider-traits/clear.ts";
import { providerTraitsList } from "./api/provider-traits/list.ts";
import { providerTraitsSet } from "./api/provider-traits/set.ts";
import { reshape } from "./api/reshaper/reshape.ts";
import { resourceClassCreate } from "./api/resource-classes/create.ts";
import { resourceClassDelete } from "./api/resource-classes/delete.ts";
import { resourceClassesList } from "./api/resource-classes/list.ts";
import { resourceClassShow } from "./api/resource-classes/show.ts";
import { resourceClassEnsure, resourceClassRename } from "./api/resource-classes/update.ts";
import { resourceProviderCreate } from "./api/resource-providers/create.ts";
import { resourceProviderDelete } from "./api/resource-providers/delete.ts";
import { resourceProvidersList } from "./api/resource-providers/list.ts";
import { resourceProviderShow } from "./api/resource-providers/show.ts";
import { resourceProviderUpdate } from "./api/resource-providers/update.ts";
import { root } from "./api/root.ts";
import { traitCreate } from "./api/traits/create.ts";
import { traitDelete } from "./api/traits/delete.ts";
import { traitsList } from "./api/traits/list.ts";
import { traitShow } from "./api/traits/show.ts";
import { providerUsagesShow } from "./api/usages/show.ts";
import { usagesTotal } from "./api/usages/total.ts";
import type { PlacementDeps } from "./deps.ts";

const classes = "/resource_classes";
const providers = "/resource_providers";
const inventories = "/resource_providers/:uuid/inventories";
const inventory = "/resource_providers/:uuid/inventories/:resource_class";
const aggregates = "/resource_providers/:uuid/aggregates";
const providerTraits = "/resource_providers/:uuid/traits";
const allocations = "/allocations/:consumer_uuid";

export const routes: readonly Route<PlacementDeps>[] = [
  route("GET", "/", root, { policy: "public" }),

  route("GET", classes, resourceClassesList, { policy: "placement:resource_classes:list", since: "1.2" }),
  route("POST", classes, resourceClassCreate, { policy: "placement:resource_classes:create", since: "1.2" }),
  route("GET", `${classes}/:name`, resourceClassShow, {
    policy: "placement:resource_classes:show",
    since: "1.2",
  }),
  route("PUT", `${classes}/:name`, resourceClassRename, {
    policy: "placement:resource_classes:update",
    since: "1.2",
    until: "1.6",
  }),
  route("PUT", `${classes}/:name`, resourceClassEnsure, {
    policy: "placement:resource_classes:update",
    since: "1.7",
  }),
  route("DELETE", `${classes}/:name`, resourceClassDelete, {
    policy: "placement:resource_classes:delete",
    since: "1.2",
  }),

  route("GET", providers, resourceProvidersList, { policy: "placement:resource_providers:list" }),
  route("POST", providers, resourceProviderCreate, { policy: "placement:resource_providers:create" }),
  route("GET", `${providers}/:uuid`, resourceProviderShow, { policy: "placement:resource_providers:show" }),
  route("PUT", `${providers}/:uuid`, resourceProviderUpdate, {
    policy: "placement:resource_providers:update",
  }),
  route("DELETE", `${providers}/:uuid`, resourceProviderDelete, {
    policy: "placement:resource_providers:delete",
  }),

  route("GET", inventories, inventoriesList, { policy: "placement:resource_providers:inventories:list" }),
  route("POST", inventories, inventoryCreate, { policy: "placement:resource_providers:inventories:create" }),
  route("PUT", inventories, inventoriesSet, { policy: "placement:resource_providers:inventories:update" }),
  route("DELETE", inventories, inventoriesClear, {
    policy: "placement:resource_providers:inventories:delete",
  }),
  route("GET", inventory, inventoryShow, { policy: "placement:resource_providers:inventories:show" }),
  route("PUT", inventory, inventoryUpdate, { policy: "placement:resource_providers:inventories:update" }),
  route("DELETE", inventory, inventoryDelete, { policy: "placement:resource_providers:inventories:delete" }),

  route("GET", aggregates, aggregatesShow, {
    policy: "placement:resource_providers:aggregates:list",
    since: "1.1",
  }),
  route("PUT", aggregates, aggregatesSet, {
    policy: "placement:resource_providers:aggregates:update",
    since: "1.1",
  }),

  route("GET", `${providers}/:uuid/usages`, providerUsagesShow, {
    policy: "placement:resource_providers:usages",
  }),
  // The target is the project of the query.
  route("GET", "/usages", usagesTotal, { policy: "placement:usages", since: "1.9", enforcedByApp: true }),

  route("GET", "/traits", traitsList, { policy: "placement:traits:list", since: "1.6" }),
  route("GET", "/traits/:name", traitShow, { policy: "placement:traits:show", since: "1.6" }),
  route("PUT", "/traits/:name", traitCreate, { policy: "placement:traits:update", since: "1.6" }),
  route("DELETE", "/traits/:name", traitDelete, { policy: "placement:traits:delete", since: "1.6" }),
  route("GET", providerTraits, providerTraitsList, {
    policy: "placement:resource_providers:traits:list",
    since: "1.6",
  }),
  route("PUT", providerTraits, providerTraitsSet, {
    policy: "placement:resource_providers:traits:update",
    since: "1.6",
  }),
  route("DELETE", providerTraits, providerTraitsClear, {
    policy: "placement:resource_providers:traits:delete",
    since: "1.6",
  }),

  route("POST", "/allocations", allocationsSetMany, {
    policy: "placement:allocations:manage",
    since: "1.13",
  }),
  route("GET", allocations, allocationsShow, { policy: "placement:allocations:list" }),
  route("PUT", allocations, allocationsSet, { policy: "placement:allocations:update" }),
  route("DELETE", allocations, allocationsDelete, { policy: "placement:allocations:delete" }),
  route("GET", `${providers}/:uuid/allocations`, providerAllocationsShow, {
    policy: "placement:resource_providers:allocations:list",
  }),

  route("POST", "/reshaper", reshape, { policy: "placement:reshaper:reshape", since: "1.30" }),

  route("GET", "/allocation_candidates", allocationCandidatesList, {
    policy: "placement:allocation_candidates:list",
    since: "1.10",
  }),
];
