const member = "rule:context_is_admin or (role:member and project_id:%(project_id)s)";
const openImage =
  "project_id:%(member_id)s or 'community':%(visibility)s or 'public':%(visibility)s or 'shared':%(visibility)s";
const readerOrSharedWith =
  "rule:context_is_admin or (role:reader and (project_id:%(project_id)s or project_id:%(member_id)s))";

const metadefAdmin = "rule:metadef_admin";
const namespaceReader =
  "rule:context_is_admin or (role:reader and (project_id:%(project_id)s or 'public':%(visibility)s))";

/**
 * Glance's default rules (glance/policies/image.py and metadef.py, the scope-aware ones). The target is the image, or the
 * namespace of the definitions.
 */
export const imagePolicyRules = {
  context_is_admin: "role:admin",
  add_image: "rule:context_is_admin or (role:member and project_id:%(project_id)s and project_id:%(owner)s)",
  get_images: "rule:context_is_admin or (role:reader and project_id:%(project_id)s)",
  get_image: `rule:context_is_admin or (role:reader and (project_id:%(project_id)s or ${openImage}))`,
  modify_image: member,
  delete_image: member,
  upload_image: member,
  download_image: `rule:context_is_admin or (role:member and (project_id:%(project_id)s or ${openImage}))`,
  publicize_image: "rule:context_is_admin",
  communitize_image: member,
  add_member: member,
  delete_member: member,
  get_member: readerOrSharedWith,
  get_members: readerOrSharedWith,
  modify_member: "rule:context_is_admin or (role:member and project_id:%(member_id)s)",
  deactivate: member,
  reactivate: member,
  tasks_api_access: "rule:context_is_admin",

  metadef_admin: "rule:context_is_admin",
  get_metadef_namespaces: "rule:context_is_admin or (role:reader and project_id:%(project_id)s)",
  get_metadef_namespace: namespaceReader,
  add_metadef_namespace: metadefAdmin,
  modify_metadef_namespace: metadefAdmin,
  delete_metadef_namespace: metadefAdmin,
  get_metadef_objects: namespaceReader,
  get_metadef_object: namespaceReader,
  add_metadef_object: metadefAdmin,
  modify_metadef_object: metadefAdmin,
  delete_metadef_object: metadefAdmin,
  list_metadef_resource_types: namespaceReader,
  get_metadef_resource_type: namespaceReader,
  add_metadef_resource_type_association: metadefAdmin,
  remove_metadef_resource_type_association: metadefAdmin,
  get_metadef_properties: namespaceReader,
  get_metadef_property: namespaceReader,
  add_metadef_property: metadefAdmin,
  modify_metadef_property: metadefAdmin,
  remove_metadef_property: metadefAdmin,
  get_metadef_tags: namespaceReader,
  get_metadef_tag: namespaceReader,
  add_metadef_tag: metadefAdmin,
  add_metadef_tags: metadefAdmin,
  modify_metadef_tag: metadefAdmin,
  delete_metadef_tag: metadefAdmin,
  delete_metadef_tags: metadefAdmin,
} as const;
