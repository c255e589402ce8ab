// A real gRPC client (@grpc/grpc-js). Arguments: the service's address and a proto file.
// Standard input: one JSON object per line, {method, request, metadata, deadline (ms), compress, cancel (ms)}, or
//   {many: n, method, request} for n calls at once.
// Standard output: one JSON object per line: {reply} or {code, details}; for many: {codes: {status: count}}.
import { createInterface } from 'node:readline';
import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';

const [address, proto] = process.argv.slice(2);
const definition = loader.loadSync(proto, { keepCase: true, defaults: true, longs: Number });
const { VarifyService } = grpc.loadPackageDefinition(definition).message;
const plain = new VarifyService(address, grpc.credentials.createInsecure());
const gzip = new VarifyService(address, grpc.credentials.createInsecure(), { 'grpc.default_compression_algorithm': 2 });

function call({ method, request, metadata = {}, deadline = 20000, compress = false, cancel }) {
  const headers = new grpc.Metadata();
  for (const [name, value] of Object.entries(metadata)) headers.set(name, value);
  return new Promise((resolve) => {
    const running = (compress ? gzip : plain)[method](request, headers, { deadline: Date.now() + deadline }, (error, reply) =>
      resolve(error ? { code: error.code, details: error.details } : { reply }));
    if (cancel !== undefined) setTimeout(() => running.cancel(), cancel);
  });
}

for await (const line of createInterface({ input: process.stdin })) {
  const { many, ...one } = JSON.parse(line);
  if (many) {
    const all = await Promise.all(Array.from({ length: many }, () => call(one)));
    const codes = {};
    for (const { reply, code } of all) {
      const key = reply ? `reply ${reply.error} ${reply.status}` : `status ${code}`;
      codes[key] = (codes[key] ?? 0) + 1;
    }
    console.log(JSON.stringify({ codes }));
  } else {
    console.log(JSON.stringify(await call(one)));
  }
}
process.exit(0);
