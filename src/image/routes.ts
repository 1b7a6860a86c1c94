import { route, type Route } from "#http/index.ts";
import { download } from "./api/data/download.ts";
import { upload } from "./api/data/upload.ts";
import { importInfo, schemas, usageInfo } from "./api/discovery.ts";
import { deactivate, reactivate } from "./api/images/activation.ts";
import { create } from "./api/images/create.ts";
import { remove } from "./api/images/delete.ts";
import { list } from "./api/images/list.ts";
import { show } from "./api/images/show.ts";
import { update } from "./api/images/update.ts";
import { createMember } from "./api/members/create.ts";
import { removeMember } from "./api/members/delete.ts";
import { listMembers } from "./api/members/list.ts";
import { showMember } from "./api/members/show.ts";
import { updateMember } from "./api/members/update.ts";
import { addTag, removeTag } from "./api/tags.ts";
import { listImageTasks, listTasks } from "./api/tasks.ts";
import { versionsChoose, versionsList } from "./api/versions.ts";
import type { ImageDeps } from "./app/deps.ts";
import { metadefRoutes } from "./metadef-routes.ts";

const public_ = { policy: "public" };
const authenticated = { policy: "authenticated" };
const enforcedByApp = true;
const image = "/v2/images/:image_id";
const member = `${image}/members/:member_id`;

/** Image API v2. Rules about one image are checked by the app, which must read it first. */
export const imageRoutes: readonly Route<ImageDeps>[] = [
  route("GET", "", versionsChoose, public_),
  route("GET", "/versions", versionsList, public_),
  ...Object.entries(schemas).map(([name, schema]) =>
    route("GET", `/v2/schemas/${name}`, schema, authenticated),
  ),
  route("GET", "/v2/info/import", importInfo, authenticated),
  route("GET", "/v2/info/usage", usageInfo, authenticated),
  route("GET", "/v2/tasks", listTasks, { policy: "tasks_api_access" }),
  route("GET", `${image}/tasks`, listImageTasks, { policy: "get_image", enforcedByApp }),

  route("GET", "/v2/images", list, { policy: "get_images" }),
  route("POST", "/v2/images", create, { policy: "add_image", enforcedByApp }),
  route("GET", image, show, { policy: "get_image", enforcedByApp }),
  route("PATCH", image, update, { policy: "modify_image", enforcedByApp }),
  route("DELETE", image, remove, { policy: "delete_image", enforcedByApp }),
  route("POST", `${image}/actions/deactivate`, deactivate, { policy: "deactivate", enforcedByApp }),
  route("POST", `${image}/actions/reactivate`, reactivate, { policy: "reactivate", enforcedByApp }),

  route("PUT", `${image}/file`, upload, { policy: "upload_image", enforcedByApp }),
  route("GET", `${image}/file`, download, { policy: "download_image", enforcedByApp }),

  route("GET", `${image}/members`, listMembers, { policy: "get_members", enforcedByApp }),
  route("POST", `${image}/members`, createMember, { policy: "add_member", enforcedByApp }),
  route("GET", member, showMember, { policy: "get_member", enforcedByApp }),
  route("PUT", member, updateMember, { policy: "modify_member", enforcedByApp }),
  route("DELETE", member, removeMember, { policy: "delete_member", enforcedByApp }),

  route("PUT", `${image}/tags/:tag`, addTag, { policy: "modify_image", enforcedByApp }),
  route("DELETE", `${image}/tags/:tag`, removeTag, { policy: "modify_image", enforcedByApp }),

  ...metadefRoutes,
];
