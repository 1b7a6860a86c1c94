import { tpmModeCloud } from "../kit/tpm-mode-table.ts";

/** The rest of tpm-modes.test.ts: where deleted servers can be restored, and shelved ones stay on their host. */

const kit = tpmModeCloud({
  intervals: { resizeConfirmS: 0, reclaimS: 3_600 },
  shelvedOffloadTimeS: -1,
});

kit.table([
  { name: "shelve", from: "ACTIVE", to: "SHELVED", body: { shelve: null }, kind: "plain" },
  {
    name: "unshelve of what is on its host",
    from: "SHELVED",
    to: "ACTIVE",
    body: { unshelve: null },
    kind: "starts",
  },
  {
    name: "shelveOffload",
    from: "SHELVED",
    to: "SHELVED_OFFLOADED",
    body: { shelveOffload: null },
    kind: "administrators",
  },
  {
    name: "delete that can be taken back",
    from: "ACTIVE",
    to: "SOFT_DELETED",
    body: "DELETE",
    kind: "plain",
    accepted: 204,
  },
  { name: "restore", from: "SOFT_DELETED", to: "ACTIVE", body: { restore: null }, kind: "starts" },
  { name: "forceDelete", from: "ACTIVE", to: "GONE", body: { forceDelete: null }, kind: "plain" },
  {
    name: "forceDelete of what is deleted",
    from: "SOFT_DELETED",
    to: "GONE",
    body: { forceDelete: null },
    kind: "plain",
  },
]);
