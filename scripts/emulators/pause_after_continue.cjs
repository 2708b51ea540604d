// Loaded into Azurite before it starts. Node says "100 Continue" and what it answers in one breath; Azure's SDK for C++, where
// it reads both at once, takes the end of the head for the beginning of the body. Here the answer comes after a pause, as it
// does over a network.
const http = require('node:http');
const {createServer} = http;

http.createServer = (...args) => {
  const server = createServer(...args);
  server.on('checkContinue', (request, response) => {
    response.writeContinue();
    setTimeout(() => server.emit('request', request, response), 50);
  });
  return server;
};
