type Fields = Readonly<Record<string, unknown>>;

/** The part of a structured logger that we use: fields first, then the message. `main/` supplies pino. */
export interface Logger {
  debug(fields: Fields, message: string): void;
  info(fields: Fields, message: string): void;
  warn(fields: Fields, message: string): void;
  error(fields: Fields, message: string): void;
  child(fields: Fields): Logger;
}

const nothing = (): void => {};

/** For tests and for tools that have nothing to say. */
export const silentLogger: Logger = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  child: () => silentLogger,
};
