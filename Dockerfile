# One image, three commands: `web`, `worker`, and whatever the command line offers. The same commands as `make run`'s.
FROM python:3.13-slim

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 HOST=0.0.0.0 PARLEY_DATA=/data
WORKDIR /parley

COPY requirements-setup.lock requirements.lock ./
RUN python -m venv /opt/uv \
 && /opt/uv/bin/pip install --quiet --no-cache-dir --require-hashes -r requirements-setup.lock \
 && /opt/uv/bin/uv pip install --system --no-cache --require-hashes -r requirements.lock \
 && rm -rf /opt/uv \
 && useradd --system --uid 10001 --home-dir /data --create-home parley

COPY config config
COPY classifier classifier
COPY service service

USER parley
VOLUME /data
EXPOSE 8080

ENTRYPOINT ["python", "-m", "service"]
CMD ["web"]
