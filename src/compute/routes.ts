import { action, route, type Route, type TargetQuestion } from "#http/index.ts";
import { availabilityZoneList, availabilityZoneListDetail } from "./api/availability-zones/list.ts";
import { extensionList, extensionShow } from "./api/extensions/extensions.ts";
import { flavorAccessAddTenant, flavorAccessList, flavorAccessRemoveTenant } from "./api/flavors/access.ts";
import { flavorCreate } from "./api/flavors/create.ts";
import { flavorDelete } from "./api/flavors/delete.ts";
import {
  extraSpecCreate,
  extraSpecDelete,
  extraSpecList,
  extraSpecShow,
  extraSpecUpdate,
} from "./api/flavors/extra-specs.ts";
import { flavorListBrief, flavorListDetail } from "./api/flavors/list.ts";
import { flavorShow } from "./api/flavors/show.ts";
import { flavorUpdate } from "./api/flavors/update.ts";
import { imageDelete } from "./api/images/delete.ts";
import { imageList, imageListDetail } from "./api/images/list.ts";
import {
  imageMetadataCreate,
  imageMetadataDelete,
  imageMetadataList,
  imageMetadataReplace,
  imageMetadataShow,
  imageMetadataUpdate,
} from "./api/images/metadata.ts";
import { imageShow } from "./api/images/show.ts";
import { instanceActionList } from "./api/instance-actions/list.ts";
import { instanceActionShow } from "./api/instance-actions/show.ts";
import { keypairCreate } from "./api/keypairs/create.ts";
import { keypairDelete } from "./api/keypairs/delete.ts";
import { keypairList } from "./api/keypairs/list.ts";
import { keypairShow } from "./api/keypairs/show.ts";
import { limitsShow } from "./api/limits/show.ts";
import { quotaClassShow, quotaClassUpdate } from "./api/quota-sets/class.ts";
import { quotaSetDefaults } from "./api/quota-sets/defaults.ts";
import { quotaSetDelete } from "./api/quota-sets/delete.ts";
import { quotaSetDetail } from "./api/quota-sets/detail.ts";
import { quotaSetShow } from "./api/quota-sets/show.ts";
import { quotaSetUpdate } from "./api/quota-sets/update.ts";
import { serverGroupCreate } from "./api/server-groups/create.ts";
import { serverGroupDelete } from "./api/server-groups/delete.ts";
import { serverGroupList } from "./api/server-groups/list.ts";
import { serverGroupShow } from "./api/server-groups/show.ts";
import {
  serverPause,
  serverResume,
  serverStart,
  serverStop,
  serverSuspend,
  serverUnpause,
} from "./api/servers/actions.ts";
import { addressList, addressShow } from "./api/servers/addresses.ts";
import { serverConsoleOutput } from "./api/servers/console-output.ts";
import { serverBackupCreateAction, serverImageCreateAction } from "./api/servers/create-image.ts";
import { serverTriggerCrashDump } from "./api/servers/crash-dump.ts";
import { serverCreate } from "./api/servers/create.ts";
import { serverDelete } from "./api/servers/delete.ts";
import { serverDiagnosticsShow } from "./api/servers/diagnostics.ts";
import { serverList, serverListDetail } from "./api/servers/list.ts";
import { serverLock, serverUnlock } from "./api/servers/lock.ts";
import {
  metadataCreate,
  metadataDelete,
  metadataList,
  metadataReplace,
  metadataShow,
  metadataUpdate,
} from "./api/servers/metadata.ts";
import { serverRebuild } from "./api/servers/rebuild.ts";
import { serverConfirmResize, serverResize, serverRevertResize } from "./api/servers/resize.ts";
import { serverForceDelete, serverRestore } from "./api/servers/deferred-delete.ts";
import { serverReboot } from "./api/servers/reboot.ts";
import { serverRescue, serverUnrescue } from "./api/servers/rescue.ts";
import { serverResetState } from "./api/servers/reset-state.ts";
import { serverTpmShow } from "./api/servers/sealstone-tpm.ts";
import { serverShelve, serverShelveOffload, serverUnshelve } from "./api/servers/shelve.ts";
import { serverShow } from "./api/servers/show.ts";
import { tagAdd, tagDelete, tagDeleteAll, tagList, tagReplace, tagShow } from "./api/servers/tags.ts";
import { serverTpmHistory } from "./api/servers/tpm-history.ts";
import { serverTpmRestore } from "./api/servers/tpm-restore.ts";
import { serverTopology } from "./api/servers/topology.ts";
import { serverUpdate } from "./api/servers/update.ts";
import { versionList, versionShow, versionShowOldest } from "./api/versions/versions.ts";
import type { ComputeDeps } from "./app/deps.ts";
import { goneRoutes } from "./gone-routes.ts";
import { operatorRoutes } from "./operator-routes.ts";
import { withoutRoutes } from "./without-routes.ts";

const nova = (rule: string) => ({ policy: `os_compute_api:${rule}` });
/** The rule is checked against the server's owner, or the key pair's, once that is read. */
const novaByApp = (rule: string) => ({ policy: `os_compute_api:${rule}`, enforcedByApp: true });
const tagged = (name: string) => ({ ...novaByApp(`os-server-tags:${name}`), since: "2.26" });
const open = { policy: "public" };
/** The rule is checked against the project of the path. */
const novaOfProject = (rule: string) => ({
  ...nova(rule),
  target: ({ params }: TargetQuestion<ComputeDeps>) => ({ project_id: params["id"] }),
});

/** Of our additions to Nova's API. */
const ownByApp = (rule: string) => ({ policy: `sealstone:${rule}`, enforcedByApp: true });

/** As in Nova these have no rules of their own: the image service's hold, checked by its app. */
const imageProxy = { policy: "authenticated", until: "2.35" };
const imageMetadataProxy = { policy: "authenticated", until: "2.38" };

const actions = "/v2.1/servers/:id/action";
const metadata = "/v2.1/servers/:id/metadata";
const tags = "/v2.1/servers/:id/tags";
const imageMetadata = "/v2.1/images/:id/metadata";
const quotas = "/v2.1/os-quota-sets/:id";
const specs = "/v2.1/flavors/:id/os-extra_specs";

/** Nova's API reference, in its order. */
export const computeRoutes: readonly Route<ComputeDeps>[] = [
  route("GET", "/", versionList, open),
  route("GET", "/v2", versionShowOldest, open),
  route("GET", "/v2.1", versionShow, open),

  route("GET", "/v2.1/extensions", extensionList, nova("extensions")),
  route("GET", "/v2.1/extensions/:alias", extensionShow, nova("extensions")),

  route("GET", "/v2.1/servers", serverList, nova("servers:index")),
  route("GET", "/v2.1/servers/detail", serverListDetail, nova("servers:detail")),
  route("POST", "/v2.1/servers", serverCreate, nova("servers:create")),
  route("GET", "/v2.1/servers/:id", serverShow, novaByApp("servers:show")),
  route("PUT", "/v2.1/servers/:id", serverUpdate, novaByApp("servers:update")),
  route("DELETE", "/v2.1/servers/:id", serverDelete, novaByApp("servers:delete")),

  action(actions, "os-start", serverStart, novaByApp("servers:start")),
  action(actions, "os-stop", serverStop, novaByApp("servers:stop")),
  action(actions, "reboot", serverReboot, novaByApp("servers:reboot")),
  action(actions, "pause", serverPause, novaByApp("os-pause-server:pause")),
  action(actions, "unpause", serverUnpause, novaByApp("os-pause-server:unpause")),
  action(actions, "suspend", serverSuspend, novaByApp("os-suspend-server:suspend")),
  action(actions, "resume", serverResume, novaByApp("os-suspend-server:resume")),
  action(actions, "rescue", serverRescue, novaByApp("os-rescue")),
  action(actions, "unrescue", serverUnrescue, novaByApp("os-unrescue")),
  action(actions, "shelve", serverShelve, novaByApp("os-shelve:shelve")),
  action(actions, "shelveOffload", serverShelveOffload, novaByApp("os-shelve:shelve_offload")),
  action(actions, "unshelve", serverUnshelve, novaByApp("os-shelve:unshelve")),
  action(actions, "lock", serverLock, novaByApp("os-lock-server:lock")),
  action(actions, "unlock", serverUnlock, novaByApp("os-lock-server:unlock")),
  action(actions, "os-getConsoleOutput", serverConsoleOutput, novaByApp("os-console-output")),

  action(actions, "rebuild", serverRebuild, novaByApp("servers:rebuild")),
  action(actions, "createImage", serverImageCreateAction, novaByApp("servers:create_image")),
  action(actions, "createBackup", serverBackupCreateAction, novaByApp("os-create-backup")),
  action(actions, "resize", serverResize, novaByApp("servers:resize")),
  action(actions, "confirmResize", serverConfirmResize, novaByApp("servers:confirm_resize")),
  action(actions, "revertResize", serverRevertResize, novaByApp("servers:revert_resize")),
  action(actions, "restore", serverRestore, novaByApp("os-deferred-delete:restore")),
  action(actions, "forceDelete", serverForceDelete, novaByApp("os-deferred-delete:force")),

  action(actions, "trigger_crash_dump", serverTriggerCrashDump, {
    ...novaByApp("servers:trigger_crash_dump"),
    since: "2.17",
  }),
  route("GET", "/v2.1/servers/:id/diagnostics", serverDiagnosticsShow, novaByApp("os-server-diagnostics")),
  action(actions, "os-resetState", serverResetState, novaByApp("os-admin-actions:reset_state")),
  action(actions, "sealstone:tpmRestore", serverTpmRestore, ownByApp("tpm:restore")),
  route("GET", "/v2.1/servers/:id/sealstone:tpm/history", serverTpmHistory, ownByApp("tpm:history")),

  route("GET", "/v2.1/servers/:id/ips", addressList, novaByApp("ips:index")),
  route("GET", "/v2.1/servers/:id/ips/:network", addressShow, novaByApp("ips:show")),
  route("GET", "/v2.1/servers/:id/topology", serverTopology, {
    policy: "compute:server:topology:index",
    enforcedByApp: true,
    since: "2.78",
  }),
  route("GET", "/v2.1/servers/:id/sealstone:tpm", serverTpmShow, {
    policy: "sealstone:tpm:show",
    enforcedByApp: true,
  }),
  route("GET", metadata, metadataList, novaByApp("server-metadata:index")),
  route("POST", metadata, metadataCreate, novaByApp("server-metadata:create")),
  route("PUT", metadata, metadataReplace, novaByApp("server-metadata:update_all")),
  route("GET", `${metadata}/:key`, metadataShow, novaByApp("server-metadata:show")),
  route("PUT", `${metadata}/:key`, metadataUpdate, novaByApp("server-metadata:update")),
  route("DELETE", `${metadata}/:key`, metadataDelete, novaByApp("server-metadata:delete")),
  route("GET", tags, tagList, tagged("index")),
  route("PUT", tags, tagReplace, tagged("update_all")),
  route("DELETE", tags, tagDeleteAll, tagged("delete_all")),
  route("GET", `${tags}/:tag`, tagShow, tagged("show")),
  route("PUT", `${tags}/:tag`, tagAdd, tagged("update")),
  route("DELETE", `${tags}/:tag`, tagDelete, tagged("delete")),

  route(
    "GET",
    "/v2.1/servers/:id/os-instance-actions",
    instanceActionList,
    novaByApp("os-instance-actions:list"),
  ),
  route(
    "GET",
    "/v2.1/servers/:id/os-instance-actions/:request_id",
    instanceActionShow,
    novaByApp("os-instance-actions:show"),
  ),

  route("GET", "/v2.1/flavors", flavorListBrief, nova("flavors")),
  route("GET", "/v2.1/flavors/detail", flavorListDetail, nova("flavors")),
  route("POST", "/v2.1/flavors", flavorCreate, nova("os-flavor-manage:create")),
  route("GET", "/v2.1/flavors/:id", flavorShow, nova("flavors")),
  route("PUT", "/v2.1/flavors/:id", flavorUpdate, { ...nova("os-flavor-manage:update"), since: "2.55" }),
  route("DELETE", "/v2.1/flavors/:id", flavorDelete, nova("os-flavor-manage:delete")),
  route("GET", "/v2.1/flavors/:id/os-flavor-access", flavorAccessList, nova("os-flavor-access")),
  action(
    "/v2.1/flavors/:id/action",
    "addTenantAccess",
    flavorAccessAddTenant,
    nova("os-flavor-access:add_tenant_access"),
  ),
  action(
    "/v2.1/flavors/:id/action",
    "removeTenantAccess",
    flavorAccessRemoveTenant,
    nova("os-flavor-access:remove_tenant_access"),
  ),
  route("GET", specs, extraSpecList, nova("os-flavor-extra-specs:index")),
  route("POST", specs, extraSpecCreate, nova("os-flavor-extra-specs:create")),
  route("GET", `${specs}/:key`, extraSpecShow, nova("os-flavor-extra-specs:show")),
  route("PUT", `${specs}/:key`, extraSpecUpdate, nova("os-flavor-extra-specs:update")),
  route("DELETE", `${specs}/:key`, extraSpecDelete, nova("os-flavor-extra-specs:delete")),

  route("GET", "/v2.1/os-keypairs", keypairList, novaByApp("os-keypairs:index")),
  route("POST", "/v2.1/os-keypairs", keypairCreate, novaByApp("os-keypairs:create")),
  route("GET", "/v2.1/os-keypairs/:name", keypairShow, novaByApp("os-keypairs:show")),
  route("DELETE", "/v2.1/os-keypairs/:name", keypairDelete, novaByApp("os-keypairs:delete")),

  route("GET", "/v2.1/limits", limitsShow, nova("limits")),
  route("GET", quotas, quotaSetShow, novaOfProject("os-quota-sets:show")),
  route("GET", `${quotas}/detail`, quotaSetDetail, novaOfProject("os-quota-sets:detail")),
  route("GET", `${quotas}/defaults`, quotaSetDefaults, novaOfProject("os-quota-sets:defaults")),
  route("PUT", quotas, quotaSetUpdate, novaOfProject("os-quota-sets:update")),
  route("DELETE", quotas, quotaSetDelete, novaOfProject("os-quota-sets:delete")),
  route("GET", "/v2.1/os-quota-class-sets/:id", quotaClassShow, nova("os-quota-class-sets:show")),
  route("PUT", "/v2.1/os-quota-class-sets/:id", quotaClassUpdate, nova("os-quota-class-sets:update")),

  route("GET", "/v2.1/os-server-groups", serverGroupList, nova("os-server-groups:index")),
  route("POST", "/v2.1/os-server-groups", serverGroupCreate, nova("os-server-groups:create")),
  route("GET", "/v2.1/os-server-groups/:id", serverGroupShow, novaByApp("os-server-groups:show")),
  route("DELETE", "/v2.1/os-server-groups/:id", serverGroupDelete, novaByApp("os-server-groups:delete")),

  route("GET", "/v2.1/os-availability-zone", availabilityZoneList, nova("os-availability-zone:list")),
  route(
    "GET",
    "/v2.1/os-availability-zone/detail",
    availabilityZoneListDetail,
    nova("os-availability-zone:detail"),
  ),

  route("GET", "/v2.1/images", imageList, imageProxy),
  route("GET", "/v2.1/images/detail", imageListDetail, imageProxy),
  route("GET", "/v2.1/images/:id", imageShow, imageProxy),
  route("DELETE", "/v2.1/images/:id", imageDelete, imageProxy),
  route("GET", imageMetadata, imageMetadataList, imageMetadataProxy),
  route("POST", imageMetadata, imageMetadataCreate, imageMetadataProxy),
  route("PUT", imageMetadata, imageMetadataReplace, imageMetadataProxy),
  route("GET", `${imageMetadata}/:key`, imageMetadataShow, imageMetadataProxy),
  route("PUT", `${imageMetadata}/:key`, imageMetadataUpdate, imageMetadataProxy),
  route("DELETE", `${imageMetadata}/:key`, imageMetadataDelete, imageMetadataProxy),

  ...withoutRoutes,
  ...operatorRoutes,
  ...goneRoutes,
];
