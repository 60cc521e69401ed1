# Two stages: the first installs the locked dependencies and the program, the second holds only what runs.
# Any image with Python 3.11 or newer and its venv module will do as BASE.
ARG BASE=docker.io/library/python:3.13-slim

FROM ${BASE} AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
RUN python3 -m venv /opt/statuspage
WORKDIR /src
COPY requirements.lock .
RUN /opt/statuspage/bin/pip install --quiet --require-hashes -r requirements.lock
COPY pyproject.toml README.md ./
COPY checks checks
COPY statuspage statuspage
COPY templates templates
RUN /opt/statuspage/bin/pip install --quiet --no-deps --no-build-isolation . \
    && /opt/statuspage/bin/pip uninstall --quiet --yes pip \
    && mkdir /data

FROM ${BASE}
ENV PATH=/opt/statuspage/bin:$PATH PYTHONUNBUFFERED=1
WORKDIR /app
COPY --from=build /opt/statuspage /opt/statuspage
COPY config.yaml .
# The user has a number and no account: all that it may write is the data.
COPY --from=build --chown=10001:10001 /data data
VOLUME /app/data
USER 10001:10001
EXPOSE 8080
# At its first start the sandbox's history is told before the page answers.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python3", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
ENTRYPOINT ["statuspage"]
CMD ["serve", "--host", "0.0.0.0"]
