import type { Logger } from "#base/logger.ts";
import type { Config } from "#config/index.ts";

/** What an operator who carries a nova.conf over should know of its [barbican]; undefined: nothing. */
export function barbicanNotice({ keyManager: { barbican }, api: { publicUrl } }: Config): string | undefined {
  const found = barbican?.authEndpoint;
  const own = `${publicUrl}/identity`;
  if (found === undefined || found.replace(/(\/v3)?\/*$/, "") === own) return undefined;
  return (
    `[barbican] auth_endpoint = ${found} is not asked: as Nova's tokens do, the token of whoever asks goes to Barbican as it is. ` +
    `Barbican must validate tokens at this cloud's identity service, ${own}.`
  );
}

/** Into the log, and to whoever starts it. */
export function barbicanNoticeTell(config: Config, log: Logger): void {
  const notice = barbicanNotice(config);
  if (notice === undefined) return;
  log.warn({}, notice);
  console.error(notice);
}
