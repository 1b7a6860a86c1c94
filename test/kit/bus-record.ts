import type { Bus } from "#bus/index.ts";

/** A message that went over the bus. */
export interface BusMessage {
  readonly subject: string;
  readonly kind: "request" | "answer" | "event";
  /** As it goes over the wire. */
  readonly json: string;
  /** Of an answer: how long it was waited for. */
  readonly ms: number | undefined;
}

/** The same bus; every message that is sent through it is given to `hear` too. */
export function busRecorded(bus: Bus, hear: (message: BusMessage) => void): Bus {
  return {
    async request(contract, message, options) {
      const { subject } = contract;
      const started = performance.now();
      hear({ subject, kind: "request", json: JSON.stringify(message), ms: undefined });
      const answered = (answer: unknown): void =>
        hear({ subject, kind: "answer", json: JSON.stringify(answer), ms: performance.now() - started });
      try {
        const answer = await bus.request(contract, message, options);
        answered(answer);
        return answer;
      } catch (error) {
        answered({ error: String(error) });
        throw error;
      }
    },
    serve: (contract, options, handler) => bus.serve(contract, options, handler),
    publish(contract, message) {
      hear({ subject: contract.subject, kind: "event", json: JSON.stringify(message), ms: undefined });
      bus.publish(contract, message);
    },
    subscribe: (contract, handler) => bus.subscribe(contract, handler),
    close: () => bus.close(),
  };
}
