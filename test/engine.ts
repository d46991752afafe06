/**
 * The Unix socket of an engine that tests may use: DRYDOCK_TEST_ENGINE, else the berth that the test run opened. It has the images
 * `node:22-slim` and `debian:bookworm-slim`.
 */
export async function testEngineSocket(): Promise<string> {
  const socket = process.env.DRYDOCK_TEST_ENGINE
  if (!socket) throw new Error('DRYDOCK_TEST_ENGINE names no engine socket')
  return socket
}
