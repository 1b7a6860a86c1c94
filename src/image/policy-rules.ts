const member = "rule:context_is_admin or (role:member and project_id:%(project_id)s)";
const openImage =
  "project_id:%(member_id)s or 'community':%(visibility)s or 'public':%(visibility)s or 'shared':%(visibility)s";
const readerOrSharedWith =
  "rule:context_is_admin or (role:reader and (project_id:%(project_id)s or project_id:%(member_id)s))";

/** Glance's default rules (glance/policies/image.py, the scope-aware ones). The target is the image. */
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
} as const;
