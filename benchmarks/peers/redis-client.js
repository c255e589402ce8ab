// The measurement of benchmarks/RedisClient with ioredis: the same options, the same JSON line.
import { createInterface } from 'node:readline'
import { Redis } from 'ioredis'

const o = { redis: '127.0.0.1:6379', op: 'get', size: '64', callers: '50', seconds: '3' }
for (let i = 2; i < process.argv.length; i += 2) o[process.argv[i].replace(/^--/, '')] = process.argv[i + 1]
const [host, port] = o.redis.split(':')
const value = Buffer.alloc(Number(o.size), 'x')
const script = "return redis.call('GET', KEYS[1])"

const redis = new Redis(Number(port), host)
await redis.set('bench:key', value)
const sha = await redis.script('LOAD', script)
const run = {
  get: () => redis.getBuffer('bench:key'),
  set: () => redis.set('bench:key', value),
  evalsha: () => redis.evalsha(sha, 1, 'bench:key'),
  script: () => redis.evalsha(sha, 1, 'bench:key'),
}[o.op]

let stop = false
let count = 0
const sampled = []
async function caller() {
  for (let i = 0; !stop; i++) {
    if (i % 8 === 0) {
      const from = performance.now()
      await run()
      sampled.push(performance.now() - from)
    } else await run()
    count++
  }
}

async function measure(seconds) {
  stop = false
  count = 0
  sampled.length = 0
  const cpu = process.cpuUsage()
  const from = performance.now()
  const callers = Array.from({ length: Number(o.callers) }, caller)
  await new Promise((done) => setTimeout(done, seconds * 1000))
  stop = true
  await Promise.all(callers)
  const elapsed = (performance.now() - from) / 1000
  const { user, system } = process.cpuUsage(cpu)
  sampled.sort((a, b) => a - b)
  const at = (share) => Math.round(sampled[Math.floor((sampled.length - 1) * share)] * 1000)
  return {
    client: 'ioredis', op: o.op, size: Number(o.size), callers: Number(o.callers),
    ops_per_s: Math.round(count / elapsed), p50_us: at(0.5), p99_us: at(0.99),
    cpu_us_per_op: Number(((user + system) / count).toFixed(3)), bytes_per_op: null,
  }
}

await measure(1)
if (o['on-demand'] === 'true') {
  console.log('ready')
  for await (const _ of createInterface({ input: process.stdin })) console.log(JSON.stringify(await measure(Number(o.seconds))))
} else console.log(JSON.stringify(await measure(Number(o.seconds))))
redis.disconnect()
