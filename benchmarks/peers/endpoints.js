// What each path does to a session, said once for all peers. A session is the object its library hands out; the keys
// are compared without what the library itself keeps in it.
const filler = 'x'.repeat(100)

const wait = (query) => new Promise((done) => setTimeout(done, Number(query.wait ?? 50)))

export const endpoints = {
  '/idle': async () => 'idle',
  '/read': async (session) => session.name ?? 'none',
  '/write': async (session) => {
    session.n = (session.n ?? 0) + 1
    return String(session.n)
  },
  '/login': async (session) => {
    session.name = 'alice'
    for (let i = 1; i <= 5; i++) session['field' + i] = filler
    return 'alice'
  },
  '/set': async (session, query) => {
    await wait(query)
    session[query.k] = query.v
    return 'set'
  },
  '/dump': async (session) =>
    JSON.stringify(Object.keys(session).filter((key) => key !== 'cookie' && typeof session[key] !== 'function').sort()),
  '/slowread': async (session, query) => {
    const name = session.name ?? 'none'
    await wait(query)
    return name
  },
}

// --port 5091 --redis 127.0.0.1:6379
export function options() {
  const values = { port: '5091', redis: '127.0.0.1:6379' }
  for (let i = 2; i < process.argv.length; i += 2) values[process.argv[i].replace(/^--/, '')] = process.argv[i + 1]
  const [host, redisPort] = values.redis.split(':')
  return { port: Number(values.port), host, redisPort: Number(redisPort) }
}

export const cookieName = 'ssw'
export const secret = 'only for measurements on the loopback'
export const maxAge = 7 * 24 * 3600 * 1000
