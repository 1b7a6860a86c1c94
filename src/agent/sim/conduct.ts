import { sleep } from "#base/clock.ts";
import type { CloudError } from "#base/errors.ts";
import { simLookingCommands } from "./commands.ts";
import type { SimCommandName } from "./sim-command.ts";

export interface SimCall {
  readonly command: SimCommandName;
  /** Undefined for a command on the whole host. */
  readonly serverId: string | undefined;
}

/** What becomes of a call: its answer, or `vanished` when nobody is ever told. Throws what the host answers instead. */
export type Conduct = (call: SimCall, carryOut: () => Promise<object>) => Promise<object | typeof vanished>;

export const vanished: unique symbol = Symbol("vanished");

/** Every command takes `commandMs` and is carried out in the midst of it, so that a kill finds it before, done and untold, and told. */
export function automatic(commandMs: number): Conduct {
  return async ({ command }, carryOut) => {
    if (simLookingCommands.has(command)) return carryOut();
    await sleep(commandMs / 2);
    const answer = await carryOut();
    await sleep(commandMs / 2);
    return answer;
  };
}

/** A command that a test holds; it ends by one of these. `carriedOut`: whether the host did it all the same (default: no). */
export interface HeldCommand extends SimCall {
  succeed(): void;
  fail(error: CloudError, options?: { readonly carriedOut: boolean }): void;
  /** No answer ever comes; the host takes the next command. */
  vanish(options?: { readonly carriedOut: boolean }): void;
}

export interface StepByStep {
  readonly conduct: Conduct;
  /** The oldest command that is held and not yet taken, as soon as there is one. */
  next(): Promise<HeldCommand>;
}

/** Holds each command that changes something until the test says what becomes of it. */
export function stepByStep(): StepByStep {
  const held: HeldCommand[] = [];
  const waiting: ((command: HeldCommand) => void)[] = [];
  return {
    conduct(call, carryOut) {
      if (simLookingCommands.has(call.command)) return carryOut();
      const { promise, resolve, reject } = Promise.withResolvers<object | typeof vanished>();
      const end = (carriedOut: boolean, then: (answer: object) => void): void => {
        (carriedOut ? carryOut() : Promise.resolve({})).then(then, reject);
      };
      const command: HeldCommand = {
        ...call,
        succeed: () => end(true, resolve),
        fail: (error, options) => end(options?.carriedOut === true, () => reject(error)),
        vanish: (options) => end(options?.carriedOut === true, () => resolve(vanished)),
      };
      const taker = waiting.shift();
      if (taker) taker(command);
      else held.push(command);
      return promise;
    },
    next() {
      const command = held.shift();
      if (command) return Promise.resolve(command);
      return new Promise((resolve) => waiting.push(resolve));
    },
  };
}
