"""All timeouts between processes, each with its reason. When one is over, the waiting process says so and tries again.

People decide the first: a command answers within ten seconds, at least with a sentence that names the server that does
not answer. Each further hop has a shorter timeout than the hop that waits for it, so that the sentence names the right
server.
"""

from __future__ import annotations

from typing import Final

# -- client to control

# A command has answered by then, counted from the start of its process. Python needs 0.3 s of CPU time to end after
# that, and ten times as long on a slow machine.
COMMAND_SECONDS: Final = 7.0
# A call about one job or a page of jobs. The first call of a command has the rest of COMMAND_SECONDS after Python's
# start.
CALL_SECONDS: Final = 8.5
# The least time for this call after a slow start: a healthy control answers in milliseconds, and a restarting one gets
# two tries.
LEAST_CALL_SECONDS: Final = 3.0
# Estimates, availability, long lists: work that grows with the job. A short call checks first that control answers.
LONG_CALL_SECONDS: Final = 180.0
# A silent connection is pinged after this time, and closed if there is no answer for the same time, because a stream is
# silent while its job rests, and a stopped process keeps its sockets open.
KEEPALIVE_SECONDS: Final = 4.0
KEEPALIVE_ANSWER_SECONDS: Final = 3.0
# A healthy control takes a connection in milliseconds, a distant one within a second.
GRPC_CONNECT_SECONDS: Final = 4.0

# -- browser to the web page

# A page that takes longer says so, and can be loaded again; its pictures have the same time each.
WEB_SECONDS: Final = 30.0

# -- control to its servers

# A job publishes each 0.5 s while it moves; so long a silence is worth one read of its document, and whoever watches
# hears who is waited for.
WATCH_SILENCE_SECONDS: Final = 1.5

# Shorter than CALL_SECONDS by the time for the way, so that control's sentence arrives before the client stops waiting.
CONTROL_SECONDS: Final = 6.5
# Control answers this much before the deadline that came with a call.
CONTROL_EARLIER_SECONDS: Final = 1.0
CONTROL_LONG_SECONDS: Final = 170.0
# Used while the last check got no answer from the database: long enough for a database that has just restarted.
CONTROL_KNOWN_SECONDS: Final = 2.0
# Calls to the bus are optional (where messages wait, that a job exists); the answer is correct without them.
BY_THE_WAY_SECONDS: Final = 2.0

# -- every process to MongoDB

# A check reads one document by its key, in milliseconds. Longer than a stall of a busy laptop, shorter than
# CONTROL_SECONDS.
LOOK_SECONDS: Final = 4.0
LOOK_EVERY_SECONDS: Final = 2.0
# Every process reports at every check; three missing reports are not a coincidence.
SILENT_SECONDS: Final = 7.0
# One operation of a service. The longest normal ones recount a million windows or remove a job. The check notices a
# stopped server long before.
OPERATION_SECONDS: Final = 120.0
# The handshake of a new connection, and the driver's own watch over the server (every 10 s).
MONGODB_CONNECT_SECONDS: Final = 3.0
# Until a server is found: a replica set elects a new primary in up to 12 s, for which services hold and try again.
SELECTION_SECONDS: Final = 5.0

# -- every process to NATS

# One try to connect: a TLS handshake and the hash of a password, 0.2 s of CPU time on both sides. A busy machine takes
# many times as long, and a try that ends too early makes the next one necessary.
NATS_CONNECT_SECONDS: Final = 5
# The first connection of a process. A service ends after that, and whoever started it starts it again, which costs more
# CPU time than to wait.
NATS_FIRST_SECONDS: Final = 20.0
# Two of these without an answer end a connection, which is then tried again for ever; the library's default would
# take four minutes to notice a stopped server. No message is lost: publications are awaited.
NATS_PING_SECONDS: Final = 5
# A JetStream answer: the server has written the message to its disk by then, a busy disk included.
NATS_ANSWER_SECONDS: Final = 10.0

# -- every process to S3

S3_CONNECT_SECONDS: Final = 5.0
# A connection that is silent for this time is closed; healthy ones of S3 pause for less than a second. Together with
# the intervals of the checks, a user who watches a job hears of it within ten seconds.
S3_STALL_SECONDS: Final = 6.0
# A dry run asks an archive while somebody waits; one that shows trouble has so long to get over it.
S3_DRY_RUN_SECONDS: Final = 6.5
# All of one answer: a day file of 50 MB over a line of 100 kB/s.
S3_READ_SECONDS: Final = 600.0
# A page of a listing, which some servers take long for.
S3_LIST_SECONDS: Final = 60.0
# A PUT request: the server answers when it has stored a part of 8 MB.
S3_PUT_SECONDS: Final = 20.0
# Control reads stored objects in parts of 1 MB for a waiting client; twice this is less than CONTROL_SECONDS.
S3_CONTROL_SECONDS: Final = 2.0
S3_CONTROL_TRIES: Final = 2
