"""One conversation with a broker by Eclipse Paho's Python client.

paho_conversation.py PORT TRANSPORT VERSION, with tcp or websockets, and 3, 4 or 5. Prints a line for each step that
went as it should, and ends with 1 at the first that did not.
"""

import sys
import threading

from paho.mqtt import client as paho
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

PORT, TRANSPORT, VERSION = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
PATIENCE_SECONDS = 30
changed = threading.Condition()


class Peer:
    """A client that keeps what it receives."""

    def __init__(self, name, stays=False, will=None):
        self.inbox = []
        self.connected = None
        self.granted = {}
        self.stays = stays
        session = {} if VERSION == 5 else {"clean_session": not stays}
        self.client = paho.Client("py-" + name, protocol=VERSION, transport=TRANSPORT, **session)
        if TRANSPORT == "websockets":
            self.client.ws_set_options(path="/mqtt")
        if will:
            self.client.will_set(will[0], will[1], qos=1)
        self.client.on_message = self._message
        self.client.on_connect = self._connect
        self.client.on_subscribe = self._subscribe
        options = {}
        if VERSION == 5:
            properties = Properties(PacketTypes.CONNECT)
            properties.SessionExpiryInterval = 600 if stays else 0
            options = {"clean_start": not stays, "properties": properties}
        self.client.connect("127.0.0.1", PORT, **options)
        self.client.loop_start()
        wait(lambda: self.connected is not None, "connected")

    def _message(self, client, userdata, message):
        with changed:
            self.inbox.append(message)
            changed.notify_all()

    def _connect(self, client, userdata, flags, reason, properties=None):
        with changed:
            self.connected = flags
            changed.notify_all()

    def _subscribe(self, client, userdata, mid, granted, properties=None):
        with changed:
            self.granted[mid] = granted
            changed.notify_all()

    def subscribe(self, topic, qos):
        if VERSION == 5:
            result, mid = self.client.subscribe(topic, options=SubscribeOptions(qos=qos))
        else:
            result, mid = self.client.subscribe(topic, qos)
        require(result == 0, "subscribe " + topic)
        wait(lambda: mid in self.granted, "granted " + topic)
        code = self.granted[mid][0]
        require((code.value if VERSION == 5 else code) == qos, "granted QoS " + str(qos))

    def publish(self, topic, payload, qos, retain=False):
        self.client.publish(topic, payload, qos, retain).wait_for_publish(PATIENCE_SECONDS)

    def texts(self):
        return [message.payload.decode() for message in self.inbox]

    def leave(self):
        self.client.disconnect()
        self.client.loop_stop()

    def vanish(self):
        """Without DISCONNECT."""
        self.client.loop_stop()
        self.client._sock_close()


def require(condition, what):
    if not condition:
        raise AssertionError("not so: " + what)


def wait(condition, what):
    with changed:
        if not changed.wait_for(condition, PATIENCE_SECONDS):
            raise AssertionError("not within %d s: %s" % (PATIENCE_SECONDS, what))


def levels(subscriber, publisher):
    for qos in (0, 1, 2):
        subscriber.subscribe("py/qos/%d" % qos, qos)
        subscriber.inbox.clear()
        publisher.publish("py/qos/%d" % qos, "payload %d" % qos, qos)
        wait(lambda: subscriber.inbox, "a message at QoS %d" % qos)
        got = subscriber.inbox[0]
        require((got.payload.decode(), got.qos, got.retain) == ("payload %d" % qos, qos, False), str(got.payload))
        print("qos %d" % qos)


def retained(subscriber, publisher):
    publisher.publish("py/kept", "last", 1, retain=True)
    subscriber.inbox.clear()
    subscriber.subscribe("py/kept", 1)
    wait(lambda: subscriber.inbox, "the retained message")
    require(subscriber.inbox[0].retain and subscriber.texts() == ["last"], "retained")
    publisher.publish("py/kept", "", 1, retain=True)
    wait(lambda: len(subscriber.inbox) == 2, "the empty message")
    print("retained")


def will(subscriber):
    subscriber.subscribe("py/will", 1)
    subscriber.inbox.clear()
    Peer("doomed", will=("py/will", "gone")).vanish()
    wait(lambda: subscriber.texts() == ["gone"], "the will")
    print("will")


def shared(publisher):
    members = [Peer("member-1"), Peer("member-2")]
    for member in members:
        member.subscribe("$share/py/jobs/#", 1)
    for i in range(10):
        publisher.publish("jobs/%d" % i, "job %d" % i, 1)
    wait(lambda: sum(len(member.inbox) for member in members) == 10, "ten jobs")
    require(len(set(members[0].texts() + members[1].texts())) == 10, "each job once")
    print("shared " + " and ".join(str(len(member.inbox)) for member in members))


def resumed(publisher):
    away = Peer("away", stays=True)
    require(away.connected["session present"] == 0, "no session before")
    away.subscribe("py/mail", 2)
    away.leave()
    for i in range(3):
        publisher.publish("py/mail", "letter %d" % i, 2)
    back = Peer("away", stays=True)
    require(VERSION == 3 or back.connected["session present"] == 1, "session present")
    wait(lambda: len(back.inbox) == 3, "three letters")
    require(back.texts() == ["letter 0", "letter 1", "letter 2"], "letters in order")
    print("resumed")
    back.leave()
    Peer("away").leave()


def conversation():
    subscriber, publisher = Peer("subscriber"), Peer("publisher")
    levels(subscriber, publisher)
    retained(subscriber, publisher)
    will(subscriber)
    shared(publisher)
    resumed(publisher)


conversation()
sys.stdout.flush()
