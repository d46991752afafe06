// A reverse proxy: takes requests on 8080 and asks the order desk.
import { createServer, request } from 'node:http'

createServer((order, answer) => {
  const options = { host: 'desk', port: 8080, method: order.method, path: order.url, headers: order.headers }
  const asked = request(options, (given) => {
    answer.writeHead(given.statusCode, given.headers)
    given.pipe(answer)
  })
  asked.on('error', () => answer.writeHead(502).end())
  order.pipe(asked)
}).listen(8080, '0.0.0.0')

for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(0))
