# syntax=docker/dockerfile:1
FROM python:3.11-slim-bookworm AS build
WORKDIR /app
COPY requirements requirements
RUN python -m venv .venv \
    && .venv/bin/pip install --no-cache-dir --require-hashes -r requirements/production.txt
COPY package.json package-lock.json .npmrc ./
ENV PATH="/app/.venv/bin:$PATH"
RUN npm install --no-save --no-audit --no-fund
COPY static static
COPY templates templates
RUN npm run build && rm -rf node_modules

FROM python:3.11-slim-bookworm
RUN apt-get update \
    && apt-get install -y --no-install-recommends bubblewrap espeak-ng apertium \
        apertium-eng-spa apertium-eng-cat apertium-en-gl \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 1000 streamfetch \
    && install -d -o streamfetch /data
WORKDIR /app
COPY --from=build /app/.venv .venv
COPY . .
COPY --from=build /app/static/dist static/dist
ENV PATH="/app/.venv/bin:$PATH" \
    PYTHONUNBUFFERED=1 \
    STREAMFETCH_DATA_DIR=/data \
    HOST=0.0.0.0 \
    DJANGO_SETTINGS_MODULE=streamfetch.settings \
    dramatiq_queue_prefetch=1
USER streamfetch
VOLUME /data
EXPOSE 8000
CMD ["sh", "-c", "python manage.py migrate --noinput && python manage.py collectstatic --noinput -v0 && exec uvicorn streamfetch.asgi:application --host $HOST --port 8000 --no-server-header --timeout-graceful-shutdown 10"]
