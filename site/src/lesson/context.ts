import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { LessonSession } from './session.ts'

const Context = createContext<LessonSession | undefined>(undefined)

export const ProvideSession = Context.Provider

export function useSession(): LessonSession {
  const session = useContext(Context)
  if (!session) throw new Error('no session around this component')
  return session
}
