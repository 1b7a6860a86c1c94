/**
 * The last `count` of what stands between line ends, as Nova counts (nova.compute.manager: `_tail_log`): what follows the last line end
 * is one of them, also when it is empty.
 */
export function consoleTail(text: string, count: number): string {
  return count === 0 ? "" : text.split("\n").slice(-count).join("\n");
}
