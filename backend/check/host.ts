import type { Engine } from '../engine/port.ts'
import type { RegistryLog } from '../registry/registry.ts'

/** A fresh place to grade in: an engine that the learner never touched, and the private registry beside it. The caller owns both. */
export interface GradingHost {
  readonly engine: Engine
  /**
   * From now on registry.lab knows this canary and no other; called before every build of a grading. Absent where builds cannot
   * reach registry.lab (a given engine): goals about what it gave out are then skipped, with that reason.
   */
  setCanary?(canary: string): Promise<RegistryLog>
}
