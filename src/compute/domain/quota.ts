/** Nova's resources, in its order, with the defaults of its [quota] section; what a network service counts is unlimited. */
export const quotaDefaults = {
  instances: 10,
  cores: 20,
  ram: 51_200,
  metadata_items: 128,
  injected_files: 5,
  injected_file_content_bytes: 10_240,
  injected_file_path_bytes: 255,
  key_pairs: 100,
  server_groups: 10,
  server_group_members: 10,
  fixed_ips: -1,
  floating_ips: -1,
  security_groups: -1,
  security_group_rules: -1,
} as const satisfies Record<string, number>;

export type QuotaResource = keyof typeof quotaDefaults;
export type QuotaLimits = Readonly<Record<QuotaResource, number>>;

export const quotaResources = Object.keys(quotaDefaults) as QuotaResource[];
export const networkQuotas: readonly string[] = [
  "fixed_ips",
  "floating_ips",
  "security_groups",
  "security_group_rules",
];
export const injectedFileQuotas: readonly string[] = [
  "injected_files",
  "injected_file_content_bytes",
  "injected_file_path_bytes",
];

/** -1 is unlimited: more than any number. */
export function quotaAmount(limit: number): number {
  return limit === -1 ? Number.POSITIVE_INFINITY : limit;
}
