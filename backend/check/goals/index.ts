import type { GoalKind } from '../../../lessons/format/goals.ts'
import type { Evaluator } from '../evaluator.ts'
import { bindRefused } from './bind-refused.ts'
import { httpAnswers } from './http-answers.ts'
import { imageUser } from './image-user.ts'
import { listener } from './listener.ts'
import { lowPort } from './low-port.ts'
import { processIdentity } from './process-identity.ts'
import { secretUnrecoverable } from './secret-unrecoverable.ts'
import { secretUsed } from './secret-used.ts'
import { userName } from './user-name.ts'

/** Every kind of goal has its evaluator: a missing one is a type error here. */
export const EVALUATORS: { [K in GoalKind]: Evaluator<K> } = {
  'process-identity': processIdentity,
  'user-name': userName,
  'image-user': imageUser,
  'bind-refused': bindRefused,
  'http-answers': httpAnswers,
  listener,
  'low-port': lowPort,
  'secret-used': secretUsed,
  'secret-unrecoverable': secretUnrecoverable,
}
