/** Times are milliseconds since the epoch; uuids are dashed and lower case. */
export interface ProviderRow {
  uuid: string;
  name: string;
  generation: number;
  parent_uuid: string | null;
  /** Top of the tree; the provider itself when it has no parent. */
  root_uuid: string;
  created_at: number;
  updated_at: number;
  /**
   * Grows with every change of the provider, its inventories, their use, traits and aggregates, so that whoever keeps a
   * picture of the providers in memory reads again only what changed. Set to `changeMark`.
   */
  changed: number;
}

/** A provider that is no more, with the mark of its deletion. */
export interface DeletedProviderRow {
  uuid: string;
  changed: number;
}

export interface InventoryRow {
  provider_uuid: string;
  resource_class: string;
  total: number;
  reserved: number;
  min_unit: number;
  max_unit: number;
  step_size: number;
  allocation_ratio: number;
  /**
   * Sum of the allocations of this class on this provider, kept in the transaction that writes them, so that
   * a capacity question reads one row and never adds up allocations.
   */
  used: number;
  created_at: number;
  updated_at: number;
}

export interface ProviderTraitRow {
  provider_uuid: string;
  trait: string;
  /** 1: the host reported it, and its next report may take it away; 0: an operator's. */
  from_host: number;
  created_at: number;
}

/** Custom traits and custom resource classes; the standard ones are not stored. */
export interface CustomNameRow {
  name: string;
  created_at: number;
}

export interface AggregateRow {
  provider_uuid: string;
  aggregate_uuid: string;
}

export interface ConsumerRow {
  uuid: string;
  project_id: string;
  user_id: string;
  /** Null for consumers written below microversion 1.38; shown as `unknown`. */
  consumer_type: string | null;
  generation: number;
  created_at: number;
  updated_at: number;
}

export interface AllocationRow {
  consumer_uuid: string;
  provider_uuid: string;
  resource_class: string;
  used: number;
  /** Of the row in the request that wrote the consumer's allocations: clients see that order again. */
  position: number;
  created_at: number;
}

declare module "#db/tables.ts" {
  interface Tables {
    placement_providers: ProviderRow;
    placement_deleted_providers: DeletedProviderRow;
    placement_inventories: InventoryRow;
    placement_traits: CustomNameRow;
    placement_resource_classes: CustomNameRow;
    placement_provider_traits: ProviderTraitRow;
    placement_provider_aggregates: AggregateRow;
    placement_consumers: ConsumerRow;
    placement_allocations: AllocationRow;
  }
}
