/** The form for clients without microversions, which is what 1.0 means (barbican.api.controllers.versions). */
export function versionView(baseUrl: string): object {
  return {
    id: "v1",
    status: "stable",
    links: [
      { rel: "self", href: `${baseUrl}/v1/` },
      { rel: "describedby", type: "text/html", href: "https://docs.openstack.org/" },
    ],
    "media-types": [{ base: "application/json", type: "application/vnd.openstack.key-manager-v1+json" }],
  };
}
