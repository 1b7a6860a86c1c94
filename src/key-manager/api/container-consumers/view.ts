import { isoMicroseconds } from "#base/clock.ts";
import type { ContainerConsumer } from "../../domain/container.ts";

export function containerConsumerView(consumer: ContainerConsumer): object {
  return {
    created: isoMicroseconds(consumer.createdAt),
    updated: isoMicroseconds(consumer.updatedAt),
    status: "ACTIVE",
    name: consumer.name,
    URL: consumer.url,
  };
}
