// @fastify/session over connect-redis, which its documentation names as a store.
import fastify from 'fastify'
import cookie from '@fastify/cookie'
import session from '@fastify/session'
import { RedisStore } from 'connect-redis'
import { createClient } from 'redis'
import { cookieName, endpoints, maxAge, options, secret } from './endpoints.js'

const { port, host, redisPort } = options()
const client = await createClient({ socket: { host, port: redisPort } }).connect()
const app = fastify()

app.get('/plain', async () => 'ok')
app.register(async (withSession) => {
  withSession.register(cookie)
  withSession.register(session, {
    secret,
    cookieName,
    saveUninitialized: false,
    rolling: false,
    cookie: { secure: false, maxAge },
    store: new RedisStore({ client, prefix: 'fastify:' }),
  })
  for (const [path, run] of Object.entries(endpoints)) {
    withSession.get(path, async (request) => run(request.session, request.query))
  }
  withSession.get('/logout', async (request) => {
    await request.session.destroy()
    return 'bye'
  })
})
await app.listen({ port, host: '127.0.0.1' })
