import { isoMicroseconds } from "#base/clock.ts";
import type { MasterKeyState } from "../../app/master-key.ts";

export function masterKeyView({ row, remaining }: MasterKeyState): object {
  return {
    id: row.id,
    generation: row.generation,
    status: row.status,
    remaining,
    created: isoMicroseconds(row.created_at),
    retired: row.retired_at === null ? null : isoMicroseconds(row.retired_at),
  };
}
