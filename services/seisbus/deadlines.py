"""How long anything waits for anybody, each number with its reason; beyond it the waiter says so, and tries again.

The least is decided by people: a command answers within ten seconds, if only by a sentence on who does not answer.
From there inwards every hop has less than the one that waits for it, so that the sentence names the right one.
"""

from __future__ import annotations

from typing import Final

# -- client to control

# A command says something by then, counted from the start of its process; Python's end takes 0.3 s of a processor
# after that, and ten times as long on a machine on which everything does.
COMMAND_SECONDS: Final = 7.0
# A call about one job or a page of jobs; the first of a command has what Python's start left of COMMAND_SECONDS.
CALL_SECONDS: Final = 8.5
# However slow the start was: a healthy control answers in milliseconds, and one that is started again is tried twice.
LEAST_CALL_SECONDS: Final = 3.0
# Estimates, availability, long lists: work that grows with a job. Whether control answers at all is asked first.
LONG_CALL_SECONDS: Final = 180.0
# A connection on which so long nothing came is asked for a sign of life, and given up without one for as long: a
# stream says nothing while its job rests, and a stopped process keeps its sockets open.
KEEPALIVE_SECONDS: Final = 4.0
KEEPALIVE_ANSWER_SECONDS: Final = 3.0
# A healthy control takes a connection in milliseconds, a distant one within a second.
GRPC_CONNECT_SECONDS: Final = 4.0

# -- control to its servers

# Less than CALL_SECONDS by what the way there and back may take: control's sentence comes before the client gives up.
CONTROL_SECONDS: Final = 6.5
# By so much control is earlier than the deadline that came with a call.
CONTROL_EARLIER_SECONDS: Final = 1.0
CONTROL_LONG_SECONDS: Final = 170.0
# While a look says that the database does not answer: long enough for one that is just back.
CONTROL_KNOWN_SECONDS: Final = 2.0
# The bus is asked by the way (where messages wait, that a job is there); the answer is right without it.
BY_THE_WAY_SECONDS: Final = 2.0

# -- every process to MongoDB

# A look is one document by its key: milliseconds. Longer than a stall of a busy laptop, shorter than CONTROL_SECONDS.
LOOK_SECONDS: Final = 4.0
LOOK_EVERY_SECONDS: Final = 2.0
# Every process reports at every look; three missing reports are not a coincidence.
SILENT_SECONDS: Final = 7.0
# One operation of a service. The longest good ones recount a million windows or remove a job; a server that is
# stopped is noticed by the look long before.
OPERATION_SECONDS: Final = 120.0
# The handshake of a new connection, and the driver's own watch over the server (every 10 s).
MONGODB_CONNECT_SECONDS: Final = 3.0
# Until a server is found: a replica set elects a new primary in up to 12 s, for which services hold and try again.
SELECTION_SECONDS: Final = 5.0

# -- every process to NATS

# Two of these without an answer end a connection, which is then tried again for ever; the library's default would
# take four minutes to notice a stopped server. No message is lost: publications are awaited.
NATS_PING_SECONDS: Final = 5
# A JetStream answer: the server has written the message to its disk by then, a busy disk included.
NATS_ANSWER_SECONDS: Final = 10.0

# -- every process to S3

S3_CONNECT_SECONDS: Final = 5.0
# A connection that sends nothing for so long is given up: healthy ones of S3 pause for less than a second. With a
# look of control and a turn of the watcher who watches a job hears of it within ten.
S3_STALL_SECONDS: Final = 6.0
# All of one answer: a day file of 50 MB over a line of 100 kB/s.
S3_READ_SECONDS: Final = 600.0
# A page of a listing, which some servers take long for.
S3_LIST_SECONDS: Final = 60.0
# What is put: the server answers once it has stored a part of 8 MB.
S3_PUT_SECONDS: Final = 20.0
# Control reads what is stored in stretches of 1 MB for somebody who waits: twice this is less than CONTROL_SECONDS.
S3_CONTROL_SECONDS: Final = 2.0
S3_CONTROL_TRIES: Final = 2
