import { fileURLToPath } from 'node:url'
import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'

/** A service of proto/<file>.proto by its full name. */
export function loadService(file: string, name: string): ServiceDefinition {
  const path = fileURLToPath(new URL(`./proto/${file}.proto`, import.meta.url))
  return loadSync(path, { keepCase: true, longs: Number, defaults: true })[name] as ServiceDefinition
}

/** The decoder of a method's answer, for messages that reach us outside gRPC. */
export function answerDecoder<T>(service: ServiceDefinition, method: string): (bytes: Buffer) => T {
  return (service[method] as MethodDefinition<object, object>).responseDeserialize as (
    bytes: Buffer,
  ) => T & object
}
