/** What Drydock makes on an engine carries these; on an engine that is not its own it touches nothing else. */
export const LABEL = 'dev.drydock'
export const OWNER_LABEL = 'dev.drydock.owner'

export function ownLabels(owner: string, extra: Record<string, string> = {}): Record<string, string> {
  return { ...extra, [LABEL]: '1', [OWNER_LABEL]: owner }
}

/** The engine's filter for what carries our label; with `owner`, for that owner's alone. */
export function ownFilter(owner?: string): { label: string[] } {
  return { label: owner === undefined ? [`${LABEL}=1`] : [`${LABEL}=1`, `${OWNER_LABEL}=${owner}`] }
}

/** The engine is asked to filter, and not believed: what comes back is looked at again before anything is removed. */
export function isOwn(labels: Record<string, string>, owner?: string): boolean {
  return labels[LABEL] === '1' && (owner === undefined || labels[OWNER_LABEL] === owner)
}
