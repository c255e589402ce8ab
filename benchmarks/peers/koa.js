// koa-session2 with a store over ioredis, as its documentation shows one.
import Koa from 'koa'
import session from 'koa-session2'
import { Redis } from 'ioredis'
import { cookieName, endpoints, maxAge, options } from './endpoints.js'

class RedisStore extends session.Store {
  constructor(redis) {
    super()
    this.redis = redis
  }

  async get(id) {
    const text = await this.redis.get('koa:' + id)
    return text === null ? undefined : JSON.parse(text)
  }

  async set(value, { sid = this.getID(24), maxAge } = {}) {
    await this.redis.set('koa:' + sid, JSON.stringify(value), 'EX', maxAge / 1000)
    return sid
  }

  async destroy(id) {
    await this.redis.del('koa:' + id)
  }
}

const { port, host, redisPort } = options()
const app = new Koa()
app.use(async (context, next) => {
  if (context.path === '/plain') context.body = 'ok'
  else await next()
})
app.use(session({ key: cookieName, maxAge, store: new RedisStore(new Redis(redisPort, host)) }))
app.use(async (context) => {
  const run = endpoints[context.path]
  if (run) context.body = await run(context.session, context.query)
  if (context.path === '/logout') {
    context.session = {}
    context.body = 'bye'
  }
})
app.listen(port, '127.0.0.1')
