// The order desk: takes any request and confirms it.
import { createServer } from 'node:http'

const port = Number(process.env.PORT ?? 8080)
const host = process.env.HOST ?? '0.0.0.0'

const desk = createServer((request, response) => {
  request.resume()
  request.on('end', () => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(`${JSON.stringify({ desk: 'open', order: `${request.method} ${request.url}` })}\n`)
  })
})

process.seteuid('node')
desk.listen(port, host, () => console.log(`order desk open on ${host}:${port}, uid ${process.getuid()}`))

for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(0))
