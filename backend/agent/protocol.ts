/**
 * The agent inside a berth (sandbox-images/golden-root/agent.py) and its client (client.ts). One connection to the agent's Unix socket,
 * one purpose. The client sends one line of JSON, the request; then:
 *
 * `{"op":"shell","terminal":ID,"argv":[…],"cwd":PATH,"env":{…},"cols":N,"rows":N}`: frames both ways, each u8 kind, u32 length (big
 * endian), payload. To the agent: 0 input, 1 resize (u16 cols, u16 rows). From the agent: 0 output, 2 exit (i32 code), 3 error (UTF-8).
 * Backpressure is the socket's own: who stops reading stops the pty. Closing the connection kills every process that carries
 * `DRYDOCK_TERMINAL=ID` in its environment, in whichever container of the berth it runs, and the pty's session.
 *
 * `{"op":"sync","dir":PATH}`: JSON lines both ways. To the agent: `{"op":"write","id":N,"path":P,"content":S,"mode":N}`,
 * `{"op":"delete","id":N,"path":P}`. From the agent: `{"done":N}`, `{"failed":N,"detail":S}`, and for every change that somebody else
 * made: `{"changed":P,"content":S}`, `{"deleted":P}`, `{"skipped":P,"reason":"size"|"binary"|"count"}`. The first lines report the whole folder, then `{"ready":true}`.
 *
 * `{"op":"run","argv":[…],"cwd":P,"env":{…},"timeout":SECONDS}`: answers one JSON line `{"exit":N,"stdout":S,"stderr":S}` (each cut at 1 MiB).
 *
 * Everything runs as the learner's user (uid 1000, group docker), never as the berth's root.
 */
export const AgentFrame = { Data: 0, Resize: 1, Exit: 2, Error: 3 } as const

/** The workspace's folder inside every berth; the shell starts in it. */
export const WORKSPACE_DIR = '/home/learner/work'
