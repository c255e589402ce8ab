// A real mail server for tests: STARTTLS and AUTH as a submission server has them, and misbehaviour on demand.
// Standard input: one JSON object with the settings, then one word per line that changes how it behaves:
//   take, slow (3 s at DATA), later (451 at RCPT), never (550 at RCPT, or the code behind it: never-553), hang-banner,
//   hang-data, cut-data (takes the text and cuts the connection in place of an answer)
// Standard output: one JSON object per line: {port}, {mode}, {connected} or {mail, at, from, to, secure, user}.
import { createInterface } from 'node:readline';
import { SMTPServer } from 'smtp-server';

const say = (object) => process.stdout.write(JSON.stringify(object) + '\n');
const lines = createInterface({ input: process.stdin });
const refusal = (code, text) => Object.assign(new Error(text), { responseCode: code });
let mode = 'take';
// Connections that wait for their banner: they get it when the server behaves otherwise.
let held = [];

function start({ key, cert, user, password, startTls, utf8, port, implicitTls, accessToken }) {
  const server = new SMTPServer({
    key,
    cert,
    secure: implicitTls,
    authMethods: accessToken ? ['XOAUTH2'] : ['PLAIN', 'LOGIN'],
    authOptional: !user,
    disabledCommands: [...(startTls ? [] : ['STARTTLS']), ...(user ? [] : ['AUTH'])],
    hideSMTPUTF8: !utf8,
    logger: false,
    onConnect(session, done) {
      say({ connected: true });
      if (mode === 'hang-banner') held.push(done);
      else done();
    },
    onAuth(auth, session, done) {
      const right = auth.username === user && (accessToken ? auth.accessToken === accessToken : auth.password === password);
      done(right ? null : refusal(535, 'wrong user or password'), right ? { user } : undefined);
    },
    onRcptTo(address, session, done) {
      if (mode === 'later') done(refusal(451, 'come back later'));
      else if (mode.startsWith('never')) done(refusal(Number(mode.slice(6) || 550), 'no such mailbox'));
      else done();
    },
    onData(stream, session, done) {
      const chunks = [];
      stream.on('data', (chunk) => chunks.push(chunk));
      stream.on('end', () => {
        if (mode === 'hang-data') return;
        const { mailFrom, rcptTo } = session.envelope;
        const take = () => {
          say({
            mail: Buffer.concat(chunks).toString('base64'),
            at: Date.now(),
            from: mailFrom.address,
            to: rcptTo.map((to) => to.address),
            secure: session.secure,
            user: session.user || '',
          });
          if (mode === 'cut-data') for (const connection of server.connections) connection._socket.destroy();
          else done();
        };
        if (mode === 'slow') setTimeout(take, 3000);
        else take();
      });
    },
  });
  // A client that gives up in the middle is what some tests are about.
  server.on('error', () => {});
  server.listen(port, '127.0.0.1', () => say({ port: server.server.address().port }));
}

lines.once('line', (settings) => {
  start(JSON.parse(settings));
  lines.on('line', (word) => {
    mode = word;
    for (const done of held.splice(0)) if (mode !== 'hang-banner') done();
    say({ mode });
  });
  lines.on('close', () => process.exit(0));
});
