# Two stages: the first installs, the second only runs. Where no image can be built,
# `make image-steps` walks these same steps in a directory (scripts/image-steps.sh).

FROM python:3.11-slim-bookworm AS build
WORKDIR /src
RUN python3 -m venv /opt/tocsin
COPY requirements.lock ./
RUN /opt/tocsin/bin/python -m pip install --quiet --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY integrations integrations
COPY runbooks runbooks
COPY scripts scripts
COPY requirements-node.lock ./
# The page of sealed diagnostics; Node comes as a Python wheel and stays in this stage.
RUN scripts/viewer.sh
RUN /opt/tocsin/bin/python -m pip install --quiet --no-cache-dir --no-deps --no-build-isolation .
RUN /opt/tocsin/bin/python -m pip uninstall --quiet --yes setuptools
RUN /opt/tocsin/bin/python -m compileall -qq -j 0 /opt/tocsin/lib || true

FROM python:3.11-slim-bookworm
LABEL org.opencontainers.image.title="Tocsin" \
      org.opencontainers.image.description="An incident-response bot for AI systems that lives in Slack" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /opt/tocsin /opt/tocsin
RUN install -d -o 10001 -g 10001 -m 0700 /var/lib/tocsin
ENV PATH=/opt/tocsin/bin:/usr/local/bin:/usr/bin:/bin \
    HOME=/var/lib/tocsin \
    TOCSIN_HOME=/var/lib/tocsin \
    TOCSIN_SERVER_HOST=0.0.0.0 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
# The only place that is written. Run with a read-only root and a volume here.
VOLUME /var/lib/tocsin
WORKDIR /var/lib/tocsin
USER 10001:10001
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
    CMD ["python3", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8080/healthz', timeout=3)"]
ENTRYPOINT ["tocsin"]
CMD ["run"]
