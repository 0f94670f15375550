# One image for every process: what it is, says its command (see compose.yaml).
#
#   docker build -t fablewright:0.5.0 .
#   docker run ... fablewright:0.5.0 serve http --bind :8000
#   docker run ... fablewright:0.5.0 serve sockets --bind :8000
#   docker run ... fablewright:0.5.0 workers
#   docker run ... fablewright:0.5.0 migrate
#
# Nothing secret is in it: keys come by environment, or by files that the environment names (docs/deploy.md).

FROM python:3.11-slim-bookworm AS packages
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements.lock /tmp/requirements.lock
# Wheels of the lock file alone, each with its hash: nothing is built here, and nothing comes that was not looked at.
RUN python -m venv /packages \
 && /packages/bin/pip install --require-hashes --only-binary :all: --requirement /tmp/requirements.lock \
 && /packages/bin/python -m compileall -q /packages/lib

FROM python:3.11-slim-bookworm
# A number, so that whoever runs it can see that it is not root.
RUN groupadd --gid 10001 fablewright \
 && useradd --uid 10001 --gid 10001 --home-dir /data --no-create-home --shell /usr/sbin/nologin fablewright \
 && install --directory --owner 10001 --group 10001 --mode 0700 /data
COPY --from=packages /packages /packages
ENV PATH=/packages/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    FABLEWRIGHT_HOME=/data STATIC_FOLDER=/app/collected
WORKDIR /app
COPY manage.py LICENSE ./
COPY config config
COPY accounts accounts
COPY generation generation
COPY stories stories
COPY gallery gallery
COPY templates templates
COPY static static
# Read-only from here on: what it writes goes to /data and /tmp. The keys that collecting makes stay in a folder that goes.
RUN python -m compileall -q config accounts generation stories gallery \
 && FABLEWRIGHT_HOME=/tmp/collecting python manage.py collectstatic --noinput --verbosity 0 \
 && rm -rf /tmp/collecting
USER 10001:10001
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
# Of what serves. Workers have none of their own: /healthz tells of them, and compose.yaml asks the supervisor's own sign.
HEALTHCHECK --interval=10s --timeout=5s --start-period=40s --retries=3 \
    CMD ["python", "-m", "config.alive", "http://127.0.0.1:8000/healthz"]
ENTRYPOINT ["python", "manage.py"]
CMD ["serve", "http", "--bind", ":8000"]
