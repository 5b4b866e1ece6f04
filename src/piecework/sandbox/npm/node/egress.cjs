'use strict';
// AP_NETWORK_MODE=STRICT in a thread: connections are checked where the address that they really go to is known, below name resolution and
// below every HTTP client. So no name that changes its address in between, and no redirect, leads around it.

const dgram = require('node:dgram');
const dns = require('node:dns');
const net = require('node:net');

const REFUSED = -13; // EACCES, as libuv numbers it

/** `egress`: {refused: [[network, prefix, family]], allowed: [[network, prefix, family]], allowedHosts: [name]}. */
module.exports = function guardEgress(egress, ownSocket) {
  const refused = blockList(egress.refused);
  const allowed = blockList(egress.allowed);
  const hosts = new Set(egress.allowedHosts);

  const permits = (address, family) => {
    const plain = String(address).split('%')[0];
    if (net.isIP(plain) === 0) return false;
    return allowed.check(plain, family) || !refused.check(plain, family);
  };

  const allowedHost = (host) => typeof host === 'string' && hosts.has(host.toLowerCase().replace(/\.$/, ''));
  const remember = (host, found) => {
    if (!allowedHost(host)) return;
    for (const entry of [found].flat()) {
      const address = typeof entry === 'string' ? entry : entry?.address;
      if (net.isIP(address ?? '')) allowed.addAddress(address, net.isIPv6(address) ? 'ipv6' : 'ipv4');
    }
  };
  watchLookups(remember);

  const guard = (prototype, names, family, position) => {
    for (const name of names) {
      const original = prototype[name];
      prototype[name] = function guarded(...given) {
        return permits(given[position], family) ? original.apply(this, given) : REFUSED;
      };
    }
  };
  const tcp = tcpPrototype();
  guard(tcp, ['connect'], 'ipv4', 1);
  guard(tcp, ['connect6'], 'ipv6', 1);
  const udp = udpPrototype();
  guard(udp, ['connect'], 'ipv4', 0);
  guard(udp, ['connect6'], 'ipv6', 0);
  guardSends(udp, permits);
  Object.getPrototypeOf(ownSocket._handle).connect = () => REFUSED; // sockets of this machine
};

function blockList(networks) {
  const list = new net.BlockList();
  for (const [network, prefix, family] of networks) list.addSubnet(network, prefix, family);
  return list;
}

/** The names that an administrator allows are allowed wherever they point to. */
function watchLookups(remember) {
  const lookup = dns.lookup;
  dns.lookup = function guardedLookup(host, options, done) {
    const callback = typeof options === 'function' ? options : done;
    if (typeof callback !== 'function') return lookup.call(dns, host, options, done);
    const then = (error, found, family) => {
      if (!error) remember(host, found);
      callback(error, found, family);
    };
    return typeof options === 'function' ? lookup.call(dns, host, then) : lookup.call(dns, host, options, then);
  };
  const promised = dns.promises.lookup;
  dns.promises.lookup = async function guardedLookup(host, options) {
    const found = await promised.call(dns.promises, host, options);
    remember(host, found);
    return found;
  };
}

function tcpPrototype() {
  const socket = new net.Socket();
  socket.on('error', () => {});
  socket.connect({ host: '127.0.0.1', port: 9, autoSelectFamily: false });
  const prototype = Object.getPrototypeOf(socket._handle);
  socket.destroy();
  return prototype;
}

function udpPrototype() {
  const socket = dgram.createSocket('udp4');
  const state = Object.getOwnPropertySymbols(socket).map((symbol) => socket[symbol]).find((value) => value && value.handle);
  const prototype = Object.getPrototypeOf(state.handle);
  socket.close();
  return prototype;
}

/** send(request, list, length, port, address, hasCallback); a connected socket sends without port and address. */
function guardSends(prototype, permits) {
  for (const [name, family] of [['send', 'ipv4'], ['send6', 'ipv6']]) {
    const original = prototype[name];
    prototype[name] = function guarded(...given) {
      return typeof given[4] !== 'string' || permits(given[4], family) ? original.apply(this, given) : REFUSED;
    };
  }
}
