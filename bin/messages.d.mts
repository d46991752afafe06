/** Types of messages.mjs, which is plain JavaScript because it runs before anything is installed. */
export function localLanguage(env?: NodeJS.ProcessEnv): 'en' | 'ja'
