import { connect, createServer } from 'node:net'

createServer((client) => {
  const app = connect(8080, '127.0.0.1')
  for (const socket of [client, app]) socket.on('error', () => socket.destroy())
  client.pipe(app).pipe(client)
}).listen(80, '0.0.0.0')
