// The order desk: takes any request, and puts a price on it.
import { createServer } from 'node:http'
import pricing from '@orders/pricing'

const port = Number(process.env.PORT ?? 8080)
const host = process.env.HOST ?? '0.0.0.0'

const desk = createServer((request, response) => {
  request.resume()
  request.on('end', () => {
    const order = `${request.method} ${request.url}`
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(`${JSON.stringify({ desk: 'open', order, price: pricing.priceOf(order) })}\n`)
  })
})

desk.listen(port, host, () => console.log(`order desk open on ${host}:${port}, uid ${process.getuid()}`))

for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(0))
