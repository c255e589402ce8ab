// express-session over connect-redis, with the settings its documentation recommends.
import express from 'express'
import session from 'express-session'
import { RedisStore } from 'connect-redis'
import { createClient } from 'redis'
import { cookieName, endpoints, maxAge, options, secret } from './endpoints.js'

const { port, host, redisPort } = options()
const client = await createClient({ socket: { host, port: redisPort } }).connect()
const app = express()

app.get('/plain', (request, response) => response.type('text/plain').send('ok'))
app.use(
  session({
    store: new RedisStore({ client, prefix: 'express:' }),
    name: cookieName,
    secret,
    resave: false,
    saveUninitialized: false,
    cookie: { maxAge },
  }),
)
for (const [path, run] of Object.entries(endpoints)) {
  app.get(path, async (request, response) =>
    response.type('text/plain').send(await run(request.session, request.query)))
}
app.get('/logout', (request, response) => request.session.destroy(() => response.type('text/plain').send('bye')))
app.listen(port, '127.0.0.1')
