// One conversation with a broker by MQTT.js: node conversation.js URL VERSION (3, 4 or 5). Prints a line for each step
// that went as it should, and ends with 1 at the first that did not.
'use strict'

const mqtt = require('mqtt')

const [url, versionText] = process.argv.slice(2)
const version = Number(versionText)
const PATIENCE_MS = 30000
const clients = []

function connect (name, options = {}) {
  const client = mqtt.connect(url, {
    clientId: 'js-' + name,
    protocolVersion: version,
    protocolId: version === 3 ? 'MQIsdp' : 'MQTT',
    clean: true,
    reconnectPeriod: 0,
    ...options
  })
  clients.push(client)
  client.inbox = []
  client.waiting = []
  client.on('message', (topic, payload, packet) => {
    client.inbox.push({ topic, payload: payload.toString(), qos: packet.qos, retain: packet.retain })
    client.waiting.forEach(look => look())
  })
  return new Promise((resolve, reject) => {
    client.once('connect', connack => { client.connack = connack; resolve(client) })
    client.once('error', reject)
  })
}

// Resolves when the client has received so many messages altogether.
function received (clientList, count) {
  return new Promise(resolve => {
    const look = () => {
      if (clientList.reduce((sum, client) => sum + client.inbox.length, 0) >= count) resolve()
    }
    clientList.forEach(client => client.waiting.push(look))
    look()
  })
}

function require_ (condition, what) {
  if (!condition) throw new Error('not so: ' + what)
}

// A session that stays: how to ask for it differs between 5.0 and before.
const staying = version === 5 ? { clean: false, properties: { sessionExpiryInterval: 600 } } : { clean: false }

async function levels (subscriber, publisher) {
  for (const qos of [0, 1, 2]) {
    const granted = await subscriber.subscribeAsync('js/qos/' + qos, { qos })
    require_(granted[0].qos === qos, 'granted QoS ' + qos)
    subscriber.inbox.length = 0
    await publisher.publishAsync('js/qos/' + qos, 'payload ' + qos, { qos })
    await received([subscriber], 1)
    const got = subscriber.inbox[0]
    require_(got.payload === 'payload ' + qos && got.qos === qos && !got.retain, JSON.stringify(got))
    console.log('qos ' + qos)
  }
}

async function retained (subscriber, publisher) {
  await publisher.publishAsync('js/kept', 'last', { qos: 1, retain: true })
  subscriber.inbox.length = 0
  await subscriber.subscribeAsync('js/kept', { qos: 1 })
  await received([subscriber], 1)
  require_(subscriber.inbox[0].payload === 'last' && subscriber.inbox[0].retain, 'retained')
  await publisher.publishAsync('js/kept', '', { qos: 1, retain: true })
  await received([subscriber], 2)
  console.log('retained')
}

async function will (subscriber) {
  await subscriber.subscribeAsync('js/will', { qos: 1 })
  subscriber.inbox.length = 0
  const doomed = await connect('doomed', { will: { topic: 'js/will', payload: 'gone', qos: 1, retain: false } })
  doomed.stream.destroy()
  await received([subscriber], 1)
  require_(subscriber.inbox[0].payload === 'gone', 'will')
  console.log('will')
}

async function shared (publisher) {
  const members = [await connect('member-1'), await connect('member-2')]
  for (const member of members) await member.subscribeAsync('$share/js/jobs/#', { qos: 1 })
  for (let i = 0; i < 10; i++) await publisher.publishAsync('jobs/' + i, 'job ' + i, { qos: 1 })
  await received(members, 10)
  const jobs = new Set(members.flatMap(member => member.inbox.map(message => message.payload)))
  require_(jobs.size === 10, 'each job once')
  console.log('shared ' + members.map(member => member.inbox.length).join(' and '))
}

async function resumed (publisher) {
  const away = await connect('away', staying)
  require_(!away.connack.sessionPresent, 'no session before')
  await away.subscribeAsync('js/mail', { qos: 2 })
  await away.endAsync()
  for (let i = 0; i < 3; i++) await publisher.publishAsync('js/mail', 'letter ' + i, { qos: 2 })
  const back = await connect('away', staying)
  require_(version === 3 || back.connack.sessionPresent, 'session present')
  await received([back], 3)
  require_(back.inbox.map(message => message.payload).join() === 'letter 0,letter 1,letter 2', 'letters in order')
  console.log('resumed')
  await back.endAsync()
  const cleared = await connect('away')
  await cleared.endAsync()
}

async function conversation () {
  const subscriber = await connect('subscriber')
  const publisher = await connect('publisher')
  await levels(subscriber, publisher)
  await retained(subscriber, publisher)
  await will(subscriber)
  await shared(publisher)
  await resumed(publisher)
}

setTimeout(() => { console.log('not within ' + PATIENCE_MS + ' ms'); process.exit(1) }, PATIENCE_MS)
conversation().then(() => process.exit(0), error => { console.log(String(error.stack)); process.exit(1) })
