/** Where the browser finds the server. */
export const LESSON_SOCKET_PATH = '/api/lesson'
export const PROGRESS_PATH = '/api/progress'
