export interface Phase {
  readonly name: string;
  /** What was done, in a few words. */
  run(): Promise<string>;
}

/** Runs one after the other and says of each when it begins and what came of it. */
export async function phasesRun(phases: readonly Phase[], log: (line: string) => void): Promise<void> {
  for (const [index, phase] of phases.entries()) {
    const label = `[${index + 1}/${phases.length}] ${phase.name}`;
    const startedAt = performance.now();
    // Something that takes long says that it is at work.
    const waiting = setInterval(
      () => log(`${label} … ${((performance.now() - startedAt) / 1_000).toFixed(0)} s`),
      5_000,
    );
    try {
      const done = await phase.run();
      log(`${label}: ${done} (${((performance.now() - startedAt) / 1_000).toFixed(1)} s)`);
    } catch (error) {
      log(`${label}: failed`);
      throw error;
    } finally {
      clearInterval(waiting);
    }
  }
}
